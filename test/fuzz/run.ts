/* npm run test:fuzz -- --requests N [--seed S]: requests made of openapi.json, right and wrong, against the built service. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chanceOf } from '../faults/chance';
import { violations } from '../faults/invariants';
import { openServer } from '../faults/server';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startFakeOllama } from '../support/fake-ollama';
import { type ServiceProcess, startProcess } from '../support/service-process';
import { hangUp, send, type Tokens } from './client';
import { Memory } from './memory';
import { HONEST, oracles } from './oracles';
import { Requests, type Sent } from './requests';

const USAGE = 'npm run test:fuzz -- [--requests N] [--seed S]';
const TOKENS: Tokens = { admin: 'an-admin-token-for-the-fuzzer', worker: 'a-worker-token-for-the-fuzzer' };
/** Each goes on as soon as it is answered. */
const CALLERS = 8;
/** After so many requests the database must be as it may be. */
const CHECK_EVERY = 500;
/** So many must be done, or the run has proved little: who is always refused meets no code. */
const LEAST_DONE = 0.3;
/**
 * What holds where each dispatch is asked for with a key and goes through: here schedules fire some, test sends need no key, some are
 * paused, and audiences are expected that are other ones.
 */
const NOT_HERE = /^I5 a dispatch that somebody began|^I6|^I7 a dispatch failed|^I7 two dispatches/;
/** A fault that repeats is told so often. */
const MOST_EXAMPLES = 3;

/** Enough for every filter to find somebody. */
const CUSTOMERS = `
INSERT INTO users (id, email, preferences, is_active, role, registration_date)
SELECT gen_random_uuid(), 'customer-' || n || '@example.com',
       CASE n % 4 WHEN 0 THEN '{"diet": "vegan", "first_name": "Ana"}' WHEN 1 THEN '{"likes": ["tea"]}' WHEN 2 THEN '{}' END::jsonb,
       n % 10 <> 0, CASE n % 7 WHEN 0 THEN 'vendor' ELSE 'user' END, now() - make_interval(days => n)
FROM generate_series(1, 500) n;
INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount, is_market_store, products, ticket_type)
SELECT gen_random_uuid(), u.id, gen_random_uuid(), now() - make_interval(days => p * 20),
       CASE p % 3 WHEN 0 THEN 'Old Town' ELSE 'Market Hall' END, p * 12.5, p % 2 = 0, '[{"name": "tea"}]', 'online'
FROM users u, generate_series(1, 5) p`;

interface Tally {
  requests: number;
  byStatus: Record<string, number>;
  faults: Map<string, string[]>;
}

async function main(): Promise<boolean> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { requests: text, seed: text } });
  const wanted = Number(values.requests ?? 10_000);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isInteger(wanted + seed) || wanted < 1) {
    console.error(USAGE);
    process.exit(64);
  }
  const server = await openServer();
  const [database, model] = [await freshDatabase(), await startFakeOllama()];
  const directory = mkdtempSync(join(tmpdir(), 'crm-service-fuzz-'));
  await database.query(CUSTOMERS);
  const service = startProcess(directory, {
    ...{ DATABASE_URL: database.url, ADMIN_TOKENS: TOKENS.admin, WORKER_TOKENS: TOKENS.worker, LOG_LEVEL: 'error' },
    ...{ OLLAMA_HOST: model.url, LLM_MODEL: 'llama3.2:1b-instruct', DEMO_DATA: 'off' },
  });
  try {
    const base = await service.listening();
    const tally = await fuzz(base, wanted, seed, database, service);
    return report(tally, seed);
  } finally {
    hangUp();
    await service.end();
    await Promise.all([model.close(), database.drop()]);
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function fuzz(
  base: string,
  wanted: number,
  seed: number,
  database: FreshDatabase,
  service: ServiceProcess,
): Promise<Tally> {
  const chance = chanceOf(seed);
  const memory = new Memory(chance);
  const requests = new Requests(chance, memory, seed);
  const tally: Tally = { requests: 0, byStatus: {}, faults: new Map() };
  const note = (name: string, what: string, sent?: Sent) => {
    const examples = tally.faults.get(name) ?? [];
    tally.faults.set(name, [...examples, sent ? `${what}\n    ${told(sent)}` : what]);
  };

  const ask = async (sent: Sent): Promise<void> => {
    try {
      const answer = await send(base, sent, TOKENS);
      tally.byStatus[answer.status] = (tally.byStatus[answer.status] ?? 0) + 1;
      for (const [name, fault] of Object.entries(oracles)) {
        const found = fault({ sent, answer, memory });
        if (found !== undefined) note(name, found, sent);
      }
      if (answer.status >= 300) return;
      const path = sent.path.split('?')[0];
      memory.learn(sent.operation.template, path, answer.headers, answer.body);
      if (sent.method === 'DELETE' && /^\/(suppressions|webhooks)\//.test(path)) {
        const answered = Date.now();
        memory.remove(path, { asked: answered - answer.ms, answered });
      }
    } catch (error) {
      note('answers at all', (error as Error).message, sent);
    }
  };

  while (tally.requests < wanted) {
    const last = Math.min(wanted, tally.requests + CHECK_EVERY);
    const caller = async () => {
      while (tally.requests < last) {
        tally.requests++;
        await ask(requests.next());
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    await settled(database);
    for (const { name, rows, example } of await violations(database))
      if (!NOT_HERE.test(name)) note(name, `${rows} rows, such as ${JSON.stringify(example)}`);
    const live = await fetch(`${base}/health/ready`);
    if (live.status !== 200) note('is ready afterwards', String(live.status));
    process.stderr.write(`${tally.requests} of ${wanted}\r`);
  }
  for (const line of service.stdout().split('\n').filter(isFault)) note('logs no error', line.slice(0, 800));
  return tally;
}

/** Dispatches are written beside the requests: what is under way is left to end. */
async function settled(database: FreshDatabase): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const [{ busy }] = await database.query<{ busy: boolean }>(
      "SELECT EXISTS (SELECT FROM dispatches WHERE status IN ('resolving', 'writing')) AS busy",
    );
    if (!busy) return;
    await sleep(100);
  }
}

/** A line that says more than that a request got a 5xx, which the oracles know. */
function isFault(line: string): boolean {
  if (!/"level":(50|60)/.test(line)) return false;
  const { msg, problem } = JSON.parse(line) as { msg?: string; problem?: string };
  return msg !== 'request' && !HONEST.has(problem ?? '');
}

const told = ({ method, path, headers, body, caller }: Sent): string =>
  `${method} ${path.slice(0, 300)} as ${caller} ${JSON.stringify(headers)} ${body?.slice(0, 500) ?? ''}`;

function report({ requests, byStatus, faults }: Tally, seed: number): boolean {
  const done = Object.entries(byStatus).reduce((sum, [status, count]) => sum + (status.startsWith('2') ? count : 0), 0);
  const found = [...faults].map(([name, examples]) => ({ name, times: examples.length }));
  console.log(JSON.stringify({ requests, seed, done: Number((done / requests).toFixed(3)), by_status: byStatus, found }));
  for (const [name, examples] of faults)
    for (const example of examples.slice(0, MOST_EXAMPLES)) console.error(`  ${name}: ${example}`);
  const isEnough = done / requests >= LEAST_DONE;
  if (!isEnough) console.error(`Only ${Math.round((100 * done) / requests)} % were done: too few to prove something`);
  const isWell = isEnough && faults.size === 0;
  console.error(isWell ? 'every answer is as documented, and the database as it must be' : `FAILED (--seed ${seed})`);
  return isWell;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
main().then(
  (isWell) => process.exit(isWell ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
