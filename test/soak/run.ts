/* npm run test:soak -- --minutes N [--seed S]: the built service under mixed load and a little trouble; prints a line of JSON at its end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chanceOf } from '../faults/chance';
import { count, leftConnections } from '../faults/checks';
import { fault, type Violation, violations } from '../faults/invariants';
import { openServer } from '../faults/server';
import { prepareFacts } from '../faults/worker-facts';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { type ServiceProcess, startProcess } from '../support/service-process';
import { answerJson, startStubServer } from '../support/stub-server';
import { keepAsking } from './requests';
import { makeTrouble, startWorkers } from './trouble';
import { startWatch } from './watch';

const USAGE = 'npm run test:soak -- [--minutes N] [--seed S]';
const TOKENS = { admin: 'an-admin-of-the-soak-test', worker: 'a-worker-of-the-soak-test' };
const CUSTOMERS = 20_000;
/** Segments that prepareFacts divides customers into. */
const PARTS = 6;
/** What is not delivered by then, in peace, never will be. */
const DRAIN_MS = 120_000;
/** How long the provider takes for a message. */
const LATE_MS = 50;

const PURCHASES = `
INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount, is_market_store, products, ticket_type)
SELECT gen_random_uuid(), u.id, gen_random_uuid(), now() - make_interval(days => p * 60), 'Market Hall', p * 12.5, p % 2 = 0, '[{"name": "tea"}]', 'online'
FROM users u, generate_series(1, 5) p`;

async function main(): Promise<boolean> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { minutes: text, seed: text } });
  const minutes = Number(values.minutes ?? 30);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!(minutes > 0) || !Number.isInteger(seed)) {
    console.error(USAGE);
    process.exit(64);
  }
  const server = await openServer();
  const database = await freshDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'crm-service-soak-'));
  await prepareFacts(database, CUSTOMERS);
  await database.query(PURCHASES);
  await database.query('ANALYZE');
  const service = startProcess(directory, {
    ...{ DATABASE_URL: database.url, ADMIN_TOKENS: TOKENS.admin, WORKER_TOKENS: TOKENS.worker },
    ...{ DEMO_DATA: 'off', LOG_LEVEL: 'error' },
  });
  try {
    const outcome = await soak(await service.listening(), service, database, minutes, seed);
    console.log(JSON.stringify({ minutes, seed, ...outcome }));
    for (const { name, rows, example } of outcome.found)
      console.error(`  ${name}: ${rows}, such as ${JSON.stringify(example)}`);
    const isWell = outcome.found.length === 0;
    console.error(isWell ? 'nothing lost, nothing twice, nobody wrongly refused' : `FAILED (--seed ${seed})`);
    return isWell;
  } finally {
    await service.end();
    await database.drop();
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function soak(address: string, service: ServiceProcess, database: FreshDatabase, minutes: number, seed: number) {
  const chance = chanceOf(seed);
  const over = new AbortController();
  const deliveries = new Map<string, number>();
  const provider = await startStubServer(async (req, res) => {
    const id = String(req.headers['idempotency-key']);
    deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
    provider.requests.length = 0;
    await sleep(LATE_MS);
    answerJson(res, 200, { id });
  });
  const workers = startWorkers({ CRM_URL: address, CRM_TOKEN: TOKENS.worker, PROVIDER_URL: provider.url });
  const watch = startWatch(address, TOKENS.admin, database);
  try {
    const asking = keepAsking(address, TOKENS.admin, PARTS, chance, over.signal);
    const trouble = makeTrouble(workers.all, database, chance, over.signal);
    await sleep(minutes * 60_000);
    over.abort();
    const [requests, troubles] = await Promise.all([asking, trouble]);
    const watched = await watch.figures();
    const left = await drained(database);
    const { wrong, ...asked } = requests;
    workers.stop();
    const found: Violation[] = [
      ...(await violations(database, ['invariants.sql', 'workers.sql'])),
      ...fault('a request was answered as none should be', wrong),
      ...fault('something was not delivered in peace', left),
      ...fault('a notification is sent that no provider has', await unheard(database, deliveries)),
      ...fault('the process is not ready when all is over', (await isReady(address)) ? [] : [service.stdout().slice(-2000)]),
    ];
    await service.end();
    found.push(...(await leftConnections(database)));
    const { notifications, lost, duplicates } = await count(database);
    const resent = [...deliveries.values()].filter((times) => times > 1).length;
    return { ...asked, ...troubles, notifications, lost, duplicates, delivered_again: resent, ...watched, found };
  } finally {
    over.abort();
    workers.stop();
    await provider.close();
  }
}

const isReady = (address: string) =>
  fetch(`${address}/health/ready`).then(
    ({ status }) => status === 200,
    () => false, // it ended
  );

/** Waits until nothing is queued and no lease runs. @returns what there still is when it is too late */
async function drained(database: FreshDatabase): Promise<unknown[]> {
  const giveUpAt = Date.now() + DRAIN_MS;
  for (;;) {
    const [left] = await database.query<Record<string, number>>(
      `SELECT (SELECT count(*)::int FROM notifications WHERE state IN (0, 1)) AS open, (SELECT count(*)::int FROM notification_leases WHERE ended_at IS NULL) AS leases,
              (SELECT count(*)::int FROM dispatches WHERE status IN ('resolving', 'writing')) AS writing`,
    );
    if (left.open + left.leases + left.writing === 0) return [];
    if (Date.now() > giveUpAt) return [left];
    await sleep(500);
  }
}

/** Sent is what the far side took. */
async function unheard(database: FreshDatabase, deliveries: ReadonlyMap<string, number>): Promise<unknown[]> {
  const sent = await database.query<{ id: string }>(
    `SELECT dispatch_id || ':' || user_id AS id FROM notifications WHERE state = 2`,
  );
  return sent.filter(({ id }) => !deliveries.has(id));
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
main().then(
  (isWell) => process.exit(isWell ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
