/* npm run test:sqlmap: sqlmap against the built service, and against a handler that can be injected, which it must find. Skipped where sqlmap is not. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openServer } from '../faults/server';
import { freshDatabase } from '../support/database';
import { startProcess } from '../support/service-process';

/** One request; `*` is where sqlmap tries. */
interface Target {
  path: string;
  body?: object;
}

const TOKEN = 'an-admin-token-for-sqlmap';
/** Where words of a caller come nearest to a statement: searches, filters, cursors, ids, keys of JSON, headers. */
const targets: readonly Target[] = [
  { path: '/customers?search=ana*&limit=5' },
  { path: '/segments/filters/preferences_contains/values?search=diet*' },
  { path: '/segments/filters/store_names/values?search=Old*' },
  { path: '/notifications?status=queued*&limit=5' },
  { path: '/notifications?campaign_id=00000000-0000-4000-8000-000000000001*' },
  { path: '/dispatches?kind=campaign*&cursor=abc*' },
  { path: '/audit?action=segment.created*&actor=x*' },
  { path: '/suppressions?channel=email*&reason=manual*' },
  { path: '/customers/00000000-0000-4000-8000-000000000001*' },
  { path: '/notifications/1:00000000-0000-4000-8000-000000000001*' },
  { path: '/segments/preview', body: { filters: { store_names: ['Old Town*'], last_days: 90 } } },
  { path: '/segments/preview', body: { filters: { preferences_contains: { 'diet*': 'vegan*' } } } },
  { path: '/segments/preview', body: { filters: { products_contain: ['tea*'] } } },
  { path: '/segments/preview', body: { filters: { min_total_spent: '10*' } } },
  { path: '/segments', body: { name: 'Name*', filters: {} } },
];
const HEADERS = ['Idempotency-Key: 0123456789abcdef*', 'X-Request-Id: abc*', 'If-None-Match: x*'];

interface Verdict {
  isInjectable: boolean;
  said: string;
}

async function sqlmap(base: string, { path, body }: Target, headers: string[], directory: string): Promise<Verdict> {
  const args = [
    ...['-u', base + path, '--batch', '--flush-session', '--disable-coloring', '--output-dir', directory],
    ...['--dbms', 'PostgreSQL', '--level', '2', '--risk', '2', '--technique', 'BEUS', '--threads', '4', '--skip-urlencode'],
    // a refusal is an answer like another, and no reason to go away
    ...['--ignore-code', '*', '--retries', '1'],
    ...headers.flatMap((header) => ['-H', header]),
    ...(body ? ['--data', JSON.stringify(body), '--method', 'POST', '-H', 'Content-Type: application/json'] : []),
  ];
  const child = spawn('sqlmap', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((done) => child.once('close', done));
  const isInjectable = /identified the following injection point/.test(said);
  if (!isInjectable && !/do not appear to be injectable/.test(said))
    throw new Error(`sqlmap came to nothing:\n${said.slice(-2000)}`);
  return { isInjectable, said };
}

/** A search as nobody must write it. */
async function startControl(databaseUrl: string) {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const server = createServer((request, response) => {
    const word = new URL(request.url ?? '', 'http://control').searchParams.get('search') ?? '';
    // eslint-disable-next-line no-restricted-syntax -- it is there to be found
    client.query(`SELECT email FROM users WHERE email LIKE '%${word}%'`).then(
      ({ rows }) => response.end(JSON.stringify(rows)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await client.end();
    },
  };
}

async function main(): Promise<boolean> {
  if (spawnSync('sqlmap', ['--version']).error) {
    console.error('SKIPPED: sqlmap is not installed here (https://sqlmap.org)');
    return true;
  }
  const server = await openServer();
  const database = await freshDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'crm-service-sqlmap-'));
  await database.query(
    `INSERT INTO users (id, email, preferences) SELECT gen_random_uuid(), 'ana' || n || '@example.invalid', '{"diet": "vegan"}' FROM generate_series(1, 50) n`,
  );
  const control = await startControl(database.url);
  const service = startProcess(directory, {
    ...{ DATABASE_URL: database.url, ADMIN_TOKENS: TOKEN, DEMO_DATA: 'off', COLUMN_INDEX: 'off', LOG_LEVEL: 'fatal' },
  });
  try {
    const base = await service.listening();
    const authorization = `Authorization: Bearer ${TOKEN}`;
    const known = await sqlmap(control.url, { path: '/?search=ana*' }, [], directory);
    const found: string[] = [];
    const places = [
      ...targets.map((target) => ({ target, headers: [authorization] })),
      { target: { path: '/segments' }, headers: [authorization, ...HEADERS] },
    ];
    for (const { target, headers } of places) {
      const { isInjectable, said } = await sqlmap(base, target, headers, directory);
      if (isInjectable) found.push(`${target.path} ${JSON.stringify(target.body ?? {})}\n${said.slice(-3000)}`);
      console.error(`${isInjectable ? 'INJECTABLE' : 'not injectable'}: ${target.path}`);
    }
    console.log(
      JSON.stringify({ requests: places.length, injectable: found.length, control_found: Number(known.isInjectable) }),
    );
    for (const one of found) console.error(one);
    if (!known.isInjectable) console.error('sqlmap did not find what can be injected: the run has proved nothing');
    return known.isInjectable && found.length === 0;
  } finally {
    await service.end();
    await control.close();
    await database.drop();
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().then(
  (isWell) => process.exit(isWell ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
