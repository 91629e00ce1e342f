/*
 * What a dispatch costs beside one plain INSERT … SELECT into the same table, beside the segment's own SELECT, and beside rows built in the
 * process by an ORM. The steps are the product's own, run one after the other as the dispatcher does.
 */
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { DataSource, EntitySchema } from 'typeorm';
import { AppModule } from '../src/app.module';
import { CampaignsService } from '../src/campaigns/campaigns.service';
import { DispatchSteps } from '../src/campaigns/dispatch/dispatch-steps';
import { DispatchesService } from '../src/campaigns/dispatch/dispatches.service';
import { sql } from '../src/common/sql';
import { type Config, loadConfig } from '../src/config/config';
import { prepareDatabase } from '../src/database/open-database';
import { inTransaction } from '../src/database/transaction';
import type { Once } from '../src/idempotency/once';
import { AudienceService } from '../src/segments/audience.service';
import { SegmentsService } from '../src/segments/segments.service';
import { keep, median } from './measure';
import { questions } from './rules';
import { AS_OF } from './seed';
import { openSeeded } from './seeded-database';

const ROUNDS = Number(process.argv[3] ?? 5);
/** What the ORM's way writes: at 1M it would take minutes a round. Compared by time a row. */
const ORM_ROWS = 100_000;
const ORM_BATCH = 1000;

const rounded = (value: number) => Number(value.toPrecision(3));
const rssMb = () => process.memoryUsage().rss / 2 ** 20;
const caller = { id: 'bench', role: 'admin', via: 'token' } as unknown as Parameters<SegmentsService['create']>[1];

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}

class Bench {
  private constructor(
    readonly app: INestApplicationContext,
    readonly client: Client,
    readonly database: DataSource,
  ) {}

  static async open(url: string): Promise<Bench> {
    const client = new Client({ connectionString: url, options: '-c search_path=crm,public -c statement_timeout=0' });
    await client.connect();
    await client.query('DROP SCHEMA IF EXISTS crm CASCADE');
    const config: Config = {
      ...loadConfig({ ADMIN_TOKENS: 'a-token-of-no-use-here' }),
      DATABASE_URL: url,
      COLUMN_INDEX: 'off',
      ROLES: ['api'],
      LOG_LEVEL: 'error',
    };
    await prepareDatabase(url, config, () => undefined, () => Promise.resolve()); // prettier-ignore
    const app = await NestFactory.createApplicationContext(AppModule.with(config), { logger: ['error'] });
    return new Bench(app, client, app.get(DataSource));
  }

  /** A once that has no key: as a request without Idempotency-Key. */
  private readonly once = Object.assign(
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
    const writing = await timed(async () => {
      while ((await steps.next(id, signal)) === 'done') rss = Math.max(rss, rssMb());
    });
    const dispatch = await this.app.get(DispatchesService).get(id);
    if (dispatch.status !== 'dispatched') throw new Error(`The dispatch is ${dispatch.status}`);
    const { queued, matched } = dispatch;
    return { id, queued, matched, resolve_ms: resolving.ms, write_ms: writing.ms, rss, wal: await this.walSince(from) };
  }

  /** The same rows by one statement that knows the audience: nothing can be faster in the same table. */
  async bareInsert(rows: number) {
    await this.forget();
    const from = await this.lsn();
    const { ms } = await timed(() =>
      this.client.query(
        'INSERT INTO notifications (dispatch_id, user_id, lane_no) SELECT 1, id, 0 FROM (SELECT id FROM users ORDER BY id LIMIT $1) u',
        [rows],
      ),
    );
    return { ms, wal: await this.walSince(from) };
  }

  /** Ids to the process, rows built there, sent in batches. */
  async ormInsert(rows: number): Promise<number> {
    await this.forget();
    const { ms } = await timed(async () => {
      const ids = await this.client.query<{ id: string }>('SELECT id FROM users ORDER BY id LIMIT $1', [rows]);
      const { url } = this.database.options as { url: string };
      const orm = await new DataSource({ type: 'postgres', url, schema: 'crm', entities: [Notification] }).initialize();
      const table = orm.getRepository(Notification);
      for (let at = 0; at < rows; at += ORM_BATCH)
        await table.insert(
          ids.rows.slice(at, at + ORM_BATCH).map(({ id }) => ({ dispatch_id: '1', user_id: id, lane_no: 0 })),
        );
      await orm.destroy();
    });
    return ms;
  }

  async selectOf(campaignId: string): Promise<number> {
    const { segment_ids } = (await this.app.get(CampaignsService).get(campaignId)).body;
    const audience = this.app.get(AudienceService);
    const frozen = await audience.freeze(segment_ids, [], this.database.manager);
    const counted = sql`SELECT count(*) FROM (${audience.included(frozen, AS_OF)}) audience`;
    return (await timed(() => this.client.query(counted))).ms;
  }

  async progress(id: string): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < 50; i++) times.push((await timed(() => this.app.get(DispatchesService).get(id))).ms);
    return median(times);
  }

  cancel(id: string): Promise<number> {
    return timed(() => this.app.get(DispatchesService).cancel(id, this.once)).then(({ ms }) => ms);
  }

  /** As before the first dispatch, with nothing left to write for the server. */
  async forget(): Promise<void> {
    await this.client.query('TRUNCATE notifications, dispatch_lanes, dispatch_audience, schedule_occurrences, dispatches');
    await this.client.query('VACUUM ANALYZE notifications, dispatch_lanes, dispatch_audience, dispatches');
    await this.client.query('CHECKPOINT');
  }

  private async lsn(): Promise<string> {
    return (await this.client.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn')).rows[0].lsn;
  }

  private async walSince(lsn: string): Promise<number> {
    const { rows } = await this.client.query<{ wal: string }>(
      'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn) AS wal',
      [lsn],
    );
    return Number(rows[0].wal);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.app.close();
  }
}

const Notification = new EntitySchema<{ dispatch_id: string; user_id: string; lane_no: number }>({
  name: 'notifications',
  columns: {
    dispatch_id: { type: 'bigint', primary: true },
    user_id: { type: 'uuid', primary: true },
    lane_no: { type: 'integer' },
  },
});

async function round(bench: Bench, everybody: string, broad: string) {
  await bench.forget();
  const before = rssMb();
  const first = await bench.dispatch(everybody);
  const repeat = await bench.dispatch(everybody);
  if (repeat.queued !== 0) throw new Error('A repeated dispatch wrote notifications');
  const progress_ms = await bench.progress(first.id);
  const cancel_ms = await bench.cancel(first.id);
  const bare = await bench.bareInsert(first.queued);
  const bareSmall = await bench.bareInsert(ORM_ROWS);
  const orm = await bench.ormInsert(ORM_ROWS);
  const select_ms = await bench.selectOf(broad);
  await bench.forget();
  const whole = await bench.dispatch(broad);
  const total = (run: { resolve_ms: number; write_ms: number }) => run.resolve_ms + run.write_ms;
  return {
    customers: first.queued,
    bare_ms: Math.round(bare.ms),
    resolve_ms: Math.round(first.resolve_ms),
    write_ms: Math.round(first.write_ms),
    write_to_bare: rounded(bare.ms / first.write_ms),
    wal_bytes_per_row: Math.round(first.wal / first.queued),
    bare_wal_bytes_per_row: Math.round(bare.wal / first.queued),
    rss_growth_mb: Math.round(first.rss - before),
    repeat_ms: Math.round(total(repeat)),
    repeat_to_first: rounded(total(repeat) / total(first)),
    progress_ms: rounded(progress_ms),
    cancel_ms: Math.round(cancel_ms),
    orm_to_bare: rounded(orm / bareSmall.ms),
    times_faster_than_orm: rounded(orm / ORM_ROWS / (first.write_ms / first.queued)),
    broad_select_ms: Math.round(select_ms),
    broad_resolve_ms: Math.round(whole.resolve_ms),
    broad_write_ms: Math.round(whole.write_ms),
    broad_whole: rounded(total(whole) / (select_ms + whole.write_ms)),
  };
}

async function main(): Promise<void> {
  const seeded = await openSeeded(process.argv[2]);
  const bench = await Bench.open(seeded.url);
  try {
    const [everybody, broad] = [await bench.campaign({}), await bench.campaign(questions.broad.rule)];
    const rounds: Awaited<ReturnType<typeof round>>[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      rounds.push(await round(bench, everybody, broad));
      console.log(rounds[i]);
    }
    const figures = Object.fromEntries(
      Object.keys(rounds[0]).map((name) => [name, median(rounds.map((one) => one[name as keyof typeof one]))]),
    );
    console.table(figures);
    keep(`dispatch-${seeded.label.replace('/', '-')}`, {
      data: seeded.label,
      rounds: ROUNDS,
      goal: 'write_to_bare >= 0.65, wal_bytes_per_row <= 260, |rss_growth_mb| <= 30, repeat_to_first <= 0.2, progress_ms <= 5, cancel_ms <= 100, times_faster_than_orm >= 4, broad_whole <= 1.25',
      figures,
    });
  } finally {
    await bench.close();
    await seeded.close();
  }
}

void main();
