import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config/config';
import { poolOf } from '../database/pool';
import { LoopLag } from './loop-lag';

/** Whether this process has more to do than it can. */
@Injectable()
export class Load {
  private readonly pool: Pick<Pool, 'waitingCount'>;

  constructor(
    @InjectDataSource() database: DataSource,
    @Inject(CONFIG) private readonly limits: Pick<Config, 'MAX_EVENT_LOOP_DELAY_MS' | 'MAX_WAITING_FOR_DATABASE'>,
    private readonly lag: LoopLag,
  ) {
    this.pool = poolOf(database);
  }

  /** What there is too much for; undefined where there is not. */
  get excess(): 'event_loop' | 'database' | undefined {
    const { MAX_EVENT_LOOP_DELAY_MS: mostLate, MAX_WAITING_FOR_DATABASE: mostWaiting } = this.limits;
    if (mostLate > 0 && this.lag.ms > mostLate) return 'event_loop';
    if (mostWaiting > 0 && this.pool.waitingCount >= mostWaiting) return 'database';
    return undefined;
  }
}
