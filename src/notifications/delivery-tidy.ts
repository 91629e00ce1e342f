import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Background } from '../common/background';
import { rows, type Sql } from '../common/sql';
import { CONFIG, type Config } from '../config/config';
import { dropOldReceipts, dropUnreachable } from './lease.sql';

const TIDY_MS = 60_000;
/** Longer than anybody repeats a call. */
const RECEIPT_HOURS = 48;
const AT_ONCE = 1000;

/** Puts away what nobody will ask for. Several processes may do it at once. */
@Injectable()
export class DeliveryTidy implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly database: DataSource,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.ROLES.includes('dispatcher')) return;
    this.background.repeat(
      'leases of what was cancelled',
      TIDY_MS,
      async () => void (await rows(this.database, dropUnreachable)),
    );
    this.background.repeat('old settle receipts', TIDY_MS, (stopping) =>
      this.untilDone(dropOldReceipts(RECEIPT_HOURS, AT_ONCE), stopping),
    );
  }

  private async untilDone(statement: Sql, stopping: AbortSignal): Promise<void> {
    let dropped = AT_ONCE;
    while (dropped === AT_ONCE && !stopping.aborted) dropped = (await rows(this.database, statement)).length;
  }
}
