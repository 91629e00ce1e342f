import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module';
import { CampaignsService } from '../src/campaigns/campaigns.service';
import { DispatchSteps } from '../src/campaigns/dispatch/dispatch-steps';
import { DispatchesService } from '../src/campaigns/dispatch/dispatches.service';
import { raw, sql } from '../src/common/sql';
import { type Config, loadConfig } from '../src/config/config';
import { prepareDatabase } from '../src/database/open-database';
import { inTransaction } from '../src/database/transaction';
import type { Once } from '../src/idempotency/once';
import { SegmentsService } from '../src/segments/segments.service';
import { AS_OF } from './seed';

const rssMb = () => process.memoryUsage().rss / 2 ** 20;
const caller = { id: 'bench', role: 'admin', via: 'token' } as unknown as Parameters<SegmentsService['create']>[1];

/** The tables that dispatches, claims and settles fill. */
const LEFT_BY_RUNS = [
  'notifications',
  'dispatch_lanes',
  'dispatch_audience',
  'schedule_occurrences',
  'dispatches',
  'notification_leases',
  'notification_retries',
  'notification_attempts',
  'settle_receipts',
];

export async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}

/** Our schema beside seeded customers, and the product's own steps to work in it. */
export class DispatchGround {
  private constructor(
    readonly app: INestApplicationContext,
    readonly client: Client,
    readonly database: DataSource,
  ) {}

  /** @param schema of ours; it is made anew. */
  static async open(url: string, schema = 'crm'): Promise<DispatchGround> {
    const client = new Client({ connectionString: url, options: `-c search_path=${schema},public -c statement_timeout=0` });
    await client.connect();
    await client.query(sql`DROP SCHEMA IF EXISTS ${raw(schema)} CASCADE`);
    const config: Config = {
      ...loadConfig({ ADMIN_TOKENS: 'a-token-of-no-use-here' }),
      DATABASE_URL: url,
      DATABASE_SCHEMA: schema,
      COLUMN_INDEX: 'off',
      ROLES: ['api'],
      LOG_LEVEL: 'error',
    };
    await prepareDatabase(url, config, () => undefined, () => Promise.resolve()); // prettier-ignore
    const app = await NestFactory.createApplicationContext(AppModule.with(config), { logger: ['error'] });
    return new DispatchGround(app, client, app.get(DataSource));
  }

  /** A once that has no key: as a request without Idempotency-Key. */
  readonly once = Object.assign(
    <T>(effect: Parameters<Once>[0]) =>
      inTransaction(this.database, (transaction) => effect(transaction, () => undefined) as Promise<T>),
    { begin: () => Promise.reject(new Error('not needed')) },
  ) as unknown as Once;

  async campaign(filters: object): Promise<string> {
    const segments = this.app.get(SegmentsService);
    const { body } = await segments.create({ name: 'bench', filters }, caller, this.once);
    const made = await this.app
      .get(CampaignsService)
      .create({ name: 'bench', message: 'Hello', segment_ids: [body.id] }, this.once);
    return made.body.id;
  }

  /** Makes a run and takes it to its end, step by step. */
  async dispatch(campaignId: string) {
    const id = await inTransaction(this.database, (transaction) =>
      this.app.get(DispatchesService).start(transaction, campaignId, { as_of: AS_OF }, 'bench'),
    );
    const steps = this.app.get(DispatchSteps);
    const { signal } = new AbortController();
    let rss = rssMb();
    const from = await this.lsn();
    const resolving = await timed(() => steps.next(id, signal));
    const resolve_wal = await this.walSince(from);
    const writing = await timed(async () => {
      while ((await steps.next(id, signal)) === 'done') rss = Math.max(rss, rssMb());
    });
    const dispatch = await this.app.get(DispatchesService).get(id);
    if (dispatch.status !== 'dispatched') throw new Error(`The dispatch is ${dispatch.status}`);
    const { queued, matched } = dispatch;
    return {
      id,
      queued,
      matched,
      resolve_ms: resolving.ms,
      write_ms: writing.ms,
      rss,
      resolve_wal,
      wal: await this.walSince(from),
    };
  }

  /** As before the first dispatch, with nothing left to write for the server. */
  async forget(): Promise<void> {
    await this.client.query(sql`TRUNCATE ${raw(LEFT_BY_RUNS.join(', '))}`);
    await this.client.query(sql`VACUUM ANALYZE ${raw(LEFT_BY_RUNS.join(', '))}`);
    await this.client.query('CHECKPOINT');
  }

  async lsn(): Promise<string> {
    return (await this.client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn')).rows[0].lsn;
  }

  /** Bytes. */
  async walSince(lsn: string): Promise<number> {
    const { rows } = await this.client.query<{ wal: string }>(
      'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn) AS wal',
      [lsn],
    );
    return Number(rows[0].wal);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.app.close();
  }
}
