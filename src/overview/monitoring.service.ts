import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Figures } from '../common/figures';
import { row, rows } from '../common/sql';
import { allowTime } from '../database/connection-guard';
import { inTransaction } from '../database/transaction';
import {
  type ChannelRow,
  type DispatchesRow,
  type LeasesRow,
  type OthersRow,
  selectChannels,
  selectDispatches,
  selectLeases,
  selectOthers,
} from './monitoring.sql';

/** Tests make it smaller. */
export const monitoringLimits = {
  /** However many ask, and however often. */
  freshMs: 10_000,
};
/** For each statement: whoever watches a busy database must not make it busier. */
const SECONDS = 3;

/** What the database says of the work in it, as it was `readAt` (milliseconds of performance.now()). */
export interface MonitoringFigures {
  readonly channels: ChannelRow[];
  readonly leases: LeasesRow[];
  readonly dispatches: DispatchesRow[];
  readonly others: OthersRow;
  readonly readAt: number;
}

/** The figures that are watched: the same in every process, since they are the database's. */
@Injectable()
export class MonitoringService {
  private readonly figures = new Figures(
    'Monitoring',
    () => monitoringLimits.freshMs,
    () => this.read(),
  );

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The last ones, where new ones cannot be had. @throws whatever kept the first ones from being read */
  get(): Promise<MonitoringFigures> {
    return this.figures.get();
  }

  private read(): Promise<MonitoringFigures> {
    return inTransaction(this.database, async (transaction) => {
      await allowTime(transaction, SECONDS);
      return {
        channels: await rows<ChannelRow>(transaction, selectChannels),
        leases: await rows<LeasesRow>(transaction, selectLeases),
        dispatches: await rows<DispatchesRow>(transaction, selectDispatches),
        others: await row<OthersRow>(transaction, selectOthers),
        readAt: performance.now(),
      };
    });
  }
}
