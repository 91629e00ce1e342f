import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type QueryRunner } from 'typeorm';
import { csv } from '../../common/csv';
import { Problem } from '../../common/problem';
import { raw, rows, sql } from '../../common/sql';
import { allowTime, unlessGone } from '../../database/connection-guard';
import type { RecipientsQuery } from './outcome.dto';
import { OutcomeService } from './outcome.service';
import { type RecipientRow, selectRecipients } from './outcome.sql';

const COLUMNS = ['id', 'user_id', 'status', 'attempts', 'settled_at', 'error'] as const;
const BATCH = 1000;
/** Its reader may take a million lines; and so long for one batch. */
const MAX_SECONDS = 15 * 60;
const MAX_PAUSE = '60s';
/** Each holds a connection for as long as its reader takes. */
const MAX_EXPORTS = 2;

/** Who got a dispatch, as CSV: read by a cursor as fast as the caller takes it. */
@Injectable()
export class RecipientsService {
  private running = 0;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outcomes: OutcomeService,
  ) {}

  /** @throws Problem dispatch-not-found, database-busy */
  async export(id: string, { status }: RecipientsQuery, gone: AbortSignal): Promise<StreamableFile> {
    await this.outcomes.refuseUnknown(id);
    if (this.running >= MAX_EXPORTS)
      throw new Problem('database-busy', `${MAX_EXPORTS} exports are running already. Try again when one is done.`);
    this.running++;
    const runner = this.database.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      await allowTime(runner.manager, MAX_SECONDS);
      await rows(runner, sql`SELECT set_config('idle_in_transaction_session_timeout', ${MAX_PAUSE}, true)`);
      await rows(runner, sql`DECLARE recipients NO SCROLL CURSOR FOR ${selectRecipients(id, status)}`);
      const first = await unlessGone(gone, runner.manager, () => fetch(runner));
      const file = Readable.from(lines(runner, first), { objectMode: false });
      file.once('close', () => void this.end(runner)); // read, broken, or its caller left
      return new StreamableFile(file, {
        type: 'text/csv; charset=utf-8',
        disposition: `attachment; filename="dispatch-${id}.csv"`,
      });
    } catch (error) {
      await this.end(runner);
      throw error;
    }
  }

  private async end(runner: QueryRunner): Promise<void> {
    this.running--;
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    await runner.release();
  }
}

async function* lines(runner: QueryRunner, first: RecipientRow[]): AsyncGenerator<string> {
  yield csv([[...COLUMNS]]);
  for (let batch = first; batch.length > 0; batch = await fetch(runner))
    yield csv(
      batch
        .map((one) => ({ ...one, settled_at: one.settled_at?.toISOString() ?? '' }))
        .map((one) => COLUMNS.map((name) => one[name])),
    );
}

const fetch = (runner: QueryRunner): Promise<RecipientRow[]> =>
  rows<RecipientRow>(runner, sql`FETCH ${raw(String(BATCH))} FROM recipients`);
