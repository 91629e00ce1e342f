/*
 * What a request costs beside Nest itself: GET /segments/{id}, with everything in front of it (token, log line, headers, one row from
 * PostgreSQL), against a bare Nest controller that answers a constant of the same size. Same machine, in turn, medians.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep, median, start } from './measure';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a package of bench's own, without types
const autocannon = require('./node_modules/autocannon') as (options: object) => Promise<{
  requests: { average: number };
  latency: { p99: number };
  non2xx: number;
  errors: number;
}>;

const ROUNDS = 9;
const SECONDS = Number(process.argv[2] ?? 5);
const CONNECTIONS = 32;
const TOKEN = 'a-token-for-the-benchmark';

type Figure = 'bare_rps' | 'service_rps' | 'ratio' | 'bare_p99_ms' | 'service_p99_ms';

async function main(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'crm-bench-'));
  const service = await start(
    [process.execPath, 'dist/main.js'],
    { DATA_DIR: data, PORT: '0', HOST: '127.0.0.1', ADMIN_TOKENS: TOKEN, DEMO_DATA: 'off' },
    /http:\/\/[^\s/]+:(\d+)/,
  );
  try {
    const base = `http://127.0.0.1:${service.found}`;
    const created = await fetch(`${base}/segments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Regulars', filters: { last_days: 90, min_num_purchases: 3 } }),
    });
    const segment = (await created.json()) as { id: string };
    const bare = await start(
      [process.execPath, '-r', 'ts-node/register', join(__dirname, 'bare-nest.ts')],
      { BODY: JSON.stringify(segment) },
      /port (\d+)/,
    );

    const load = (url: string, headers = {}) => autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
    const ask = {
      bare: () => load(`http://127.0.0.1:${bare.found}/constant`),
      service: () => load(`${base}/segments/${segment.id}`, { authorization: `Bearer ${TOKEN}` }),
    };
    await ask.bare();
    await ask.service();
    const rounds: Record<Figure, number>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [ofBare, ofService] = [await ask.bare(), await ask.service()];
      if (ofService.non2xx + ofService.errors + ofBare.non2xx + ofBare.errors > 0)
        throw new Error('A request failed: the figures mean nothing');
      rounds.push({
        bare_rps: Math.round(ofBare.requests.average),
        service_rps: Math.round(ofService.requests.average),
        ratio: Number((ofService.requests.average / ofBare.requests.average).toFixed(3)),
        bare_p99_ms: ofBare.latency.p99,
        service_p99_ms: ofService.latency.p99,
      });
      console.table(rounds);
    }
    await bare.stop();
    const of = (key: Figure) => median(rounds.map((round) => round[key]));
    const medians = {
      bare_rps: of('bare_rps'),
      service_rps: of('service_rps'),
      ratio: of('ratio'),
      bare_p99_ms: of('bare_p99_ms'),
      service_p99_ms: of('service_p99_ms'),
    };
    console.log('medians', medians, medians.ratio >= 0.4 ? 'goal ≥ 0.4: met' : 'goal ≥ 0.4: MISSED');
    keep('http', { connections: CONNECTIONS, seconds: SECONDS, goal: 'ratio >= 0.4', medians, rounds });
  } finally {
    await service.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

void main();
