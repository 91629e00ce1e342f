import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../src/config/config';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';

let app: TestApp;
afterEach(() => app.close());

const start = async (overrides?: Partial<Config>) => void (app = await startApp(overrides));

/** So many customers with a purchase each; their addresses are of this length. */
const customers = (count: number, length = 20) =>
  app.db.query(
    `WITH made AS (INSERT INTO users (id, email) SELECT gen_random_uuid(), i || rpad('@', $2 - 6, 'x') || i FROM generate_series(1, $1::int) i RETURNING id)
     INSERT INTO purchase_history (user_id, ticket_id, purchase_date, store_name, total_amount)
     SELECT id, id, now() - interval '1 hour', 'Old Town', 9.5 FROM made`,
    [count, length],
  );

/** A reader who takes what comes first, and then nothing until told to. */
async function slowReader(path: string): Promise<IncomingMessage> {
  const { hostname, port } = new URL(app.url);
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers, agent: false }, (answer) => resolve(answer.on('error', () => undefined)))
      .on('error', reject)
      .end();
  });
}

describe('users.csv', () => {
  it('has a header and a line for every customer, in order, whatever their addresses are', async () => {
    await start();
    await customers(3000);
    const texts = ["=cmd|' /C calc'!A0@x", '+1@x', '-1@x', '@SUM(A1)', '\t=1@x', 'a,"b"@x', 'two\nlines@x', '＝1@x'];
    for (const email of texts) await app.make.customer({ email }, { total_amount: -5 });
    const { id } = await app.make.segment({ last_days: 30 });

    const answer = await app.api.get(`/segments/${id}/users.csv`).query({ reveal: 'email' }).expect(200);

    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="segment-${id}.csv"`);
    const [header, ...lines] = parse(answer.text);
    expect(header).toEqual(['user_id', 'email', 'purchases', 'spent', 'last_purchase_at']);
    const ids = await app.db.query<{ id: string }>('SELECT id FROM users ORDER BY id');
    expect(lines.map(([user_id]) => user_id)).toEqual(ids.map((user) => user.id));
    const written = lines.map((line) => line[1]);
    for (const text of texts) expect(written).toContain(/^[=+\-@\t＝]/.test(text) ? `'${text}` : text);
    expect(lines.find((line) => line[1] === 'a,"b"@x')).toMatchObject([expect.anything(), 'a,"b"@x', '1', '-5', expect.anything()]); // prettier-ignore
    expect(lines.find((line) => line[1].startsWith('1@'))?.[4]).toMatch(/^\d{4}-.*Z$/);
  });

  it('masks addresses unless asked not to, reads at an instant, and is a header alone for nobody', async () => {
    await start();
    await app.make.customer({ email: 'ana@example.com' }, { days_ago: 2 });
    await app.make.customer({ email: '=1+1@example.com' }, { days_ago: 2 });
    const { id } = await app.make.segment({ last_days: 30 });

    const { text } = await app.api.get(`/segments/${id}/users.csv`).expect(200);
    const then = await app.api.get(`/segments/${id}/users.csv`).query({ as_of: '2020-01-01T00:00:00Z' }).expect(200);

    expect(text).toContain('a***@example.com');
    expect(text).toContain("'=***@example.com");
    expect(then.text).toBe('user_id,email,purchases,spent,last_purchase_at\n');
  });

  it('is not begun a third time at once, and gives its place back when its reader leaves or has it all', async () => {
    await start();
    await customers(30_000, 250);
    const { id } = await app.make.segment({ last_days: 30 });
    const path = `/segments/${id}/users.csv?reveal=email`;

    const [leaves, stays] = [await slowReader(path), await slowReader(path)];
    const refused = await app.api.get(path);
    expect(refusalFault(refused, { status: 503, type: 'database-busy' })).toBeUndefined();
    expect(refused.headers['retry-after']).toBe('2');

    leaves.destroy();
    const third = await eventually(async () => {
      const reader = await slowReader(path);
      expect(reader.statusCode).toBe(200);
      return reader;
    });
    third.destroy();
    let lines = 0;
    for await (const chunk of stays) lines += (chunk as Buffer).filter((byte) => byte === 10).length;
    expect(lines).toBe(30_001);
  });

  it('leaves a connection of a small pool to others while it runs, and both when its reader leaves', async () => {
    await start({ DATABASE_POOL_SIZE: 2 });
    await customers(30_000, 250);
    const { id } = await app.make.segment({ last_days: 30 });
    const path = `/segments/${id}/users.csv?reveal=email`;
    for (let round = 0; round < 3; round++) {
      const reader = await eventually(async () => {
        const begun = await slowReader(path);
        expect(begun.statusCode).toBe(200);
        return begun;
      });
      await app.api.get(path).expect(503);
      await app.api.get(`/segments/${id}/users`).query({ limit: 1, total: false }).expect(200);
      reader.destroy();
      await eventually(async () => expect(await open()).toEqual([]));
    }
  });

  it('keeps nothing open for who asks for its headers alone', async () => {
    await start();
    await customers(3000);
    const { id } = await app.make.segment({});
    for (let i = 0; i < 4; i++)
      await eventually(() =>
        app.api
          .head(`/segments/${id}/users.csv`)
          .expect(200)
          .expect('content-type', /text\/csv/),
      );
    await eventually(async () => expect(await open()).toEqual([]));
  });

  it('stops to search when its caller leaves before the first line', async () => {
    await start({ CUSTOMERS_SCHEMA: 'slow' });
    await app.db.query(`
      CREATE SCHEMA slow;
      CREATE VIEW slow.users AS SELECT u.* FROM public.users u, pg_sleep(300);
      CREATE VIEW slow.purchase_history AS SELECT * FROM public.purchase_history`);
    await app.make.customer();
    const { id } = await app.make.segment({});
    for (let round = 0; round < 3; round++) {
      const { hostname, port } = new URL(app.url);
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const call = request({ hostname, port, path: `/segments/${id}/users.csv`, headers, agent: false });
      call.on('error', () => undefined).end();
      await eventually(async () => expect(await open()).toMatchObject([{ state: 'active' }]));
      await sleep(50);
      call.destroy();
      await eventually(async () => expect(await open()).toEqual([]));
    }
  });
});

/** The records of a CSV text (RFC 4180). */
function parse(text: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n"]*))([,\n])/g)) {
    records.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\n') records.push([]);
  }
  return records.slice(0, -1);
}

/** The transactions of the service that have not ended. */
const open = () =>
  app.db.query(
    `SELECT state FROM pg_stat_activity
     WHERE application_name = 'crm-service' AND datname = current_database() AND xact_start IS NOT NULL`,
  );
