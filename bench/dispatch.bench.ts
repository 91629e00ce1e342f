/*
 * What a dispatch costs beside one plain INSERT … SELECT into the same table, beside the segment's own SELECT, and beside rows built in the
 * process by an ORM. The steps are the product's own, run one after the other as the dispatcher does.
 */
import { DataSource, EntitySchema } from 'typeorm';
import { CampaignsService } from '../src/campaigns/campaigns.service';
import { DispatchesService } from '../src/campaigns/dispatch/dispatches.service';
import { sql } from '../src/common/sql';
import { AudienceService } from '../src/segments/audience.service';
import { DispatchGround, timed } from './dispatch-ground';
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

/** The same rows by one statement that knows the audience: nothing can be faster in the same table. */
async function bareInsert(ground: DispatchGround, rows: number) {
  await ground.forget();
  const from = await ground.lsn();
  const { ms } = await timed(() =>
    ground.client.query(
      'INSERT INTO notifications (dispatch_id, user_id, lane_no) SELECT 1, id, 0 FROM (SELECT id FROM users ORDER BY id LIMIT $1) u',
      [rows],
    ),
  );
  return { ms, wal: await ground.walSince(from) };
}

/** Ids to the process, rows built there, sent in batches. */
async function ormInsert(ground: DispatchGround, rows: number): Promise<number> {
  await ground.forget();
  const { ms } = await timed(async () => {
    const ids = await ground.client.query<{ id: string }>('SELECT id FROM users ORDER BY id LIMIT $1', [rows]);
    const { url } = ground.database.options as { url: string };
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

async function selectOf(ground: DispatchGround, campaignId: string): Promise<number> {
  const { segment_ids } = (await ground.app.get(CampaignsService).get(campaignId)).body;
  const audience = ground.app.get(AudienceService);
  const frozen = await audience.freeze(segment_ids, [], ground.database.manager);
  const counted = sql`SELECT count(*) FROM (${audience.included(frozen, AS_OF)}) audience`;
  return (await timed(() => ground.client.query(counted))).ms;
}

async function progress(ground: DispatchGround, id: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 50; i++) times.push((await timed(() => ground.app.get(DispatchesService).get(id))).ms);
  return median(times);
}

function cancel(ground: DispatchGround, id: string): Promise<number> {
  return timed(() => ground.app.get(DispatchesService).cancel(id, ground.once)).then(({ ms }) => ms);
}

const Notification = new EntitySchema<{ dispatch_id: string; user_id: string; lane_no: number }>({
  name: 'notifications',
  columns: {
    dispatch_id: { type: 'bigint', primary: true },
    user_id: { type: 'uuid', primary: true },
    lane_no: { type: 'integer' },
  },
});

async function round(bench: DispatchGround, everybody: string, broad: string) {
  await bench.forget();
  const before = rssMb();
  const first = await bench.dispatch(everybody);
  const repeat = await bench.dispatch(everybody);
  if (repeat.queued !== 0) throw new Error('A repeated dispatch wrote notifications');
  const progress_ms = await progress(bench, first.id);
  const cancel_ms = await cancel(bench, first.id);
  const bare = await bareInsert(bench, first.queued);
  const bareSmall = await bareInsert(bench, ORM_ROWS);
  const orm = await ormInsert(bench, ORM_ROWS);
  const select_ms = await selectOf(bench, broad);
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
  const bench = await DispatchGround.open(seeded.url);
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
