import { Readable } from 'node:stream';
import { Inject, Injectable, StreamableFile } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type QueryRunner } from 'typeorm';
import { csv } from '../common/csv';
import { Problem } from '../common/problem';
import { raw, rows, type Sql, sql } from '../common/sql';
import { CONFIG, type Config } from '../config/config';
import { allowTime, unlessGone } from './connection-guard';
import { type Reader, Readers } from './readers';

const BATCH = 1000;
/** An export may take this long to find its rows, and its reader as long to take a batch of them. */
const MAX_SECONDS = 15 * 60;
const MAX_PAUSE = '60s';
/** Each holds a connection for as long as its reader takes: together they may hold a fifth of the pool. */
const SHARE_OF_POOL = 5;

export interface CsvExport<Row, Column extends string> {
  /** The file's name, without `.csv`. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** @param knownAt as in Reader */
  readonly select: (knownAt?: string) => Sql;
  /** It need not have what was written a moment ago: it may be read from the replica. */
  readonly mayLag?: boolean;
  readonly line: (row: Row) => Readonly<Record<Column, unknown>>;
  /** Aborted when the caller has left. */
  readonly gone: AbortSignal;
  /** Around the search for the first rows, to say in other words what goes wrong with it. */
  readonly finding?: <T>(find: () => Promise<T>) => Promise<T>;
}

/** Results of any size as CSV, read by a cursor as fast as the caller takes them: no more than a batch is ever in memory. */
@Injectable()
export class CsvExports {
  private readonly most: number;
  private running = 0;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    @Inject(CONFIG) { DATABASE_POOL_SIZE }: Pick<Config, 'DATABASE_POOL_SIZE'>,
    private readonly readers: Readers,
  ) {
    this.most = Math.max(1, Math.floor(DATABASE_POOL_SIZE / SHARE_OF_POOL));
  }

  /** All rows as of one instant. @throws Problem database-busy, and whatever the search for the first rows throws */
  async start<Row extends object, Column extends string>(wanted: CsvExport<Row, Column>): Promise<StreamableFile> {
    if (this.running >= this.most)
      throw new Problem('database-busy', `${this.most} exports are running already. Try again when one is done.`);
    this.running++;
    try {
      const { runner, first } = await (wanted.mayLag
        ? this.readers.read((reader) => this.begin(reader, wanted))
        : this.begin({ database: this.database }, wanted));
      const file = Readable.from(lines(runner, first, wanted), { objectMode: false });
      // it closes when it is read, when it breaks, and when its caller leaves, who may have left before it was begun
      file.once('close', () => {
        this.running--;
        void end(runner);
      });
      return new StreamableFile(file, {
        type: 'text/csv; charset=utf-8',
        disposition: `attachment; filename="${wanted.name}.csv"`,
      });
    } catch (error) {
      this.running--;
      throw error;
    }
  }

  /** The first batch before the answer begins: what goes wrong by then is still a problem, and not half a file. */
  private async begin<Row extends object, Column extends string>(
    { database, knownAt }: Reader,
    { select, gone, finding = (find) => find() }: CsvExport<Row, Column>,
  ): Promise<{ runner: QueryRunner; first: Row[] }> {
    const runner = database.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      await allowTime(runner.manager, MAX_SECONDS);
      await rows(runner, sql`SELECT set_config('idle_in_transaction_session_timeout', ${MAX_PAUSE}, true)`);
      await rows(runner, sql`DECLARE export NO SCROLL CURSOR FOR ${select(knownAt)}`);
      return { runner, first: await finding(() => unlessGone(gone, runner.manager, () => fetch<Row>(runner))) };
    } catch (error) {
      await end(runner);
      throw error;
    }
  }
}

async function end(runner: QueryRunner): Promise<void> {
  if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined); // the connection may be lost: then so is the cursor
  await runner.release();
}

async function* lines<Row extends object, Column extends string>(
  runner: QueryRunner,
  first: Row[],
  { columns, line }: CsvExport<Row, Column>,
): AsyncGenerator<string> {
  yield csv([[...columns]]);
  for (let batch = first; batch.length > 0; batch = await fetch<Row>(runner))
    yield csv(batch.map((one) => line(one)).map((view) => columns.map((column) => view[column])));
}

const fetch = <Row extends object>(runner: QueryRunner): Promise<Row[]> =>
  rows<Row>(runner, sql`FETCH ${raw(String(BATCH))} FROM export`);
