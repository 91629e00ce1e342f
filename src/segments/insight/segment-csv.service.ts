import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type QueryRunner } from 'typeorm';
import { csv } from '../../common/csv';
import { Problem } from '../../common/problem';
import { raw, rows, sql } from '../../common/sql';
import { unlessGone, allowTime } from '../../database/connection-guard';
import { namingTheCostliest } from '../queries/costliest-part';
import { customerFigures, type FiguresRow } from '../queries/customer-figures.sql';
import { SegmentInsightService } from './segment-insight.service';
import { type SegmentCsvQuery, toCustomerFiguresView } from './segment-insight.dto';
import { SegmentQueryBuilder } from '../queries/segment-query.builder';

const COLUMNS = ['user_id', 'email', 'purchases', 'spent', 'last_purchase_at'] as const;
const BATCH = 1000;

/** An export may take this long to find its customers, and its reader as long to take a batch of them. */
const MAX_SECONDS = 15 * 60;
const MAX_PAUSE = '60s';

/** Each holds a connection for as long as its reader takes. */
const MAX_EXPORTS = 2;

/** A whole segment as CSV, read by a cursor as fast as the caller takes it: no more than a batch is ever in memory. */
@Injectable()
export class SegmentCsvService {
  private running = 0;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
    private readonly insight: SegmentInsightService,
  ) {}

  /** @throws Problem segment-not-found, segment-inactive, database-busy, rule-too-heavy */
  async export(id: string, query: SegmentCsvQuery, gone: AbortSignal): Promise<StreamableFile> {
    const rule = await this.insight.ruleOf(id);
    if (this.running >= MAX_EXPORTS)
      throw new Problem('database-busy', `${MAX_EXPORTS} exports are running already. Try again when one is done.`);
    this.running++;
    const runner = this.database.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      await allowTime(runner.manager, MAX_SECONDS);
      await rows(runner, sql`SELECT set_config('idle_in_transaction_session_timeout', ${MAX_PAUSE}, true)`);
      const customers = customerFigures(this.builder.audience([rule], query.as_of), rule, query.as_of);
      await rows(runner, sql`DECLARE customers NO SCROLL CURSOR FOR ${customers}`);
      // the first batch before the answer begins: what goes wrong by then is still a problem, and not half a file
      const find = () => unlessGone(gone, runner.manager, () => fetch(runner));
      const first = await namingTheCostliest(find, this.database, this.builder, [rule], query.as_of);
      const file = Readable.from(lines(runner, first, query.reveal), { objectMode: false });
      // it closes when it is read, when it breaks, and when its caller leaves, who may have left before it was begun
      file.once('close', () => void this.end(runner));
      return new StreamableFile(file, {
        type: 'text/csv; charset=utf-8',
        disposition: `attachment; filename="segment-${id}.csv"`,
      });
    } catch (error) {
      await this.end(runner);
      throw error;
    }
  }

  private async end(runner: QueryRunner): Promise<void> {
    this.running--;
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined); // the connection may be lost: then so is the cursor
    await runner.release();
  }
}

async function* lines(runner: QueryRunner, first: FiguresRow[], reveal?: 'email'): AsyncGenerator<string> {
  yield csv([[...COLUMNS]]);
  for (let batch = first; batch.length > 0; batch = await fetch(runner))
    yield csv(
      batch.map((customer) => toCustomerFiguresView(customer, reveal)).map((view) => COLUMNS.map((column) => view[column])),
    );
}

const fetch = (runner: QueryRunner): Promise<FiguresRow[]> =>
  rows<FiguresRow>(runner, sql`FETCH ${raw(String(BATCH))} FROM customers`);
