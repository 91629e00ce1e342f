/*
 * What a model that hangs costs those who do not ask it: latency of GET /segments/{id} at a steady rate, alone, and while as many
 * requests as are let in hang at the model and others are turned away. Same process, in turn, medians of the rounds.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keep, median, start } from './measure';

interface Load {
  requests: { average: number };
  latency: { p50: number; p99: number };
  non2xx: number;
  errors: number;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a package of bench's own, without types
const autocannon = require('./node_modules/autocannon') as (options: object) => Promise<Load>;

const ROUNDS = Number(process.argv[2] ?? 11);
const SECONDS = Number(process.argv[3] ?? 5);
/** A third of what the service does on one core: a queue of requests would measure itself. */
const RATE = 400;
/** Two are asked at once and twenty wait; the others are turned away at once, and come again. */
const CALLERS = 30;
const TOKEN = 'a-token-for-the-benchmark';
const authorization = `Bearer ${TOKEN}`;

type Figure = 'alone_p50' | 'hanging_p50' | 'alone_p99' | 'hanging_p99' | 'p50_ratio' | 'p99_ratio';

async function main(): Promise<void> {
  const model = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(model, 'listening');
  const data = mkdtempSync(join(tmpdir(), 'crm-bench-'));
  const service = await start(
    [process.execPath, 'dist/main.js'],
    {
      ...{ DATA_DIR: data, PORT: '0', HOST: '127.0.0.1', ADMIN_TOKENS: TOKEN, DEMO_DATA: 'off' },
      OLLAMA_HOST: `http://127.0.0.1:${(model.address() as AddressInfo).port}`,
    },
    /http:\/\/[^\s/]+:(\d+)/,
  );
  try {
    const base = `http://127.0.0.1:${service.found}`;
    const post = (path: string, body: object, signal?: AbortSignal) =>
      fetch(base + path, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
    const created = await post('/segments', { name: 'Regulars', filters: { last_days: 90, min_num_purchases: 3 } });
    const { id } = (await created.json()) as { id: string };
    const load = () =>
      autocannon({
        ...{ url: `${base}/segments/${id}`, headers: { authorization } },
        ...{ connections: 16, overallRate: RATE, duration: SECONDS },
      });

    /** The same load while callers hang at the model; `turnedAway` proves that its queue was full. */
    const loadWhileItHangs = async () => {
      const over = new AbortController();
      let turnedAway = 0;
      const caller = async () => {
        while (!over.signal.aborted) {
          const answer = await post('/ai/generate', { prompt: 'Hello' }, over.signal).catch(() => undefined);
          if (answer?.status === 503) turnedAway++;
          await sleep(200);
        }
      };
      const callers = Array.from({ length: CALLERS }, caller);
      await sleep(500);
      const measured = await load();
      over.abort();
      await Promise.all(callers);
      if (turnedAway === 0) throw new Error('The queue of the model was not full: the figures mean nothing');
      return measured;
    };

    await load();
    const rounds: Record<Figure, number>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const first = round % 2 === 0 ? await load() : undefined;
      const hanging = await loadWhileItHangs();
      const alone = first ?? (await load());
      if (alone.non2xx + alone.errors + hanging.non2xx + hanging.errors > 0)
        throw new Error('A request failed: the figures mean nothing');
      rounds.push({
        alone_p50: alone.latency.p50,
        hanging_p50: hanging.latency.p50,
        alone_p99: alone.latency.p99,
        hanging_p99: hanging.latency.p99,
        p50_ratio: Number((hanging.latency.p50 / alone.latency.p50).toFixed(3)),
        p99_ratio: Number((hanging.latency.p99 / alone.latency.p99).toFixed(3)),
      });
      console.table(rounds);
    }
    const of = (key: Figure) => median(rounds.map((round) => round[key]));
    const medians = { alone_p99: of('alone_p99'), hanging_p99: of('hanging_p99'), p99_ratio: of('p99_ratio') };
    console.log('medians', medians, medians.p99_ratio <= 1.1 ? 'goal ≤ 1.1: met' : 'goal ≤ 1.1: MISSED');
    keep('model-hangs', { rate: RATE, callers: CALLERS, seconds: SECONDS, goal: 'p99_ratio <= 1.1', medians, rounds });
  } finally {
    await service.stop();
    model.closeAllConnections();
    model.close();
    rmSync(data, { recursive: true, force: true });
  }
}

void main();
