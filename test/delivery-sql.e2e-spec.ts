import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { startApp, type TestApp } from './support/app';
import { type Dispatched, dispatched, expire, forget, progressOf, reconcile, show, workerOf } from './support/delivery';

let app: TestApp;
let role: string;
/** A worker that has nothing but a connection to the database. */
let worker: Client;
beforeAll(async () => {
  app = await startApp();
  role = new URL(app.db.url).pathname.slice(1); // a name that is as unique as the database
  for (const statement of [
    `CREATE ROLE ${role} LOGIN PASSWORD 'not-secret'`,
    `GRANT USAGE ON SCHEMA crm TO ${role}`,
    `GRANT EXECUTE ON FUNCTION crm.claim, crm.settle, crm.extend, crm.release TO ${role}`,
  ])
    await app.db.query(statement);
  worker = new Client({
    connectionString: Object.assign(new URL(app.db.url), { username: role, password: 'not-secret' }).href,
  });
  await worker.connect();
});
beforeEach(() => forget(app));
afterAll(async () => {
  await worker.end();
  await app.db.query('DROP OWNED BY ' + role);
  await app.db.query('DROP ROLE ' + role);
  await app.close();
});

interface ClaimedRow {
  lease_token: string;
  lease_until: Date;
  id: string;
  message: string;
  attempt: number;
}
const claim = async (max = 100, ...rest: unknown[]): Promise<ClaimedRow[]> => {
  const values = [max, ...rest];
  const list = values.map((_, i) => '$' + (i + 1)).join(', ');
  return (await worker.query<ClaimedRow>(['SELECT * FROM crm.claim(', ')'].join(list), values)).rows;
};
const ids = (claimed: ClaimedRow[]) => claimed.map(({ id }) => id).sort();
const one = async (text: string, values: unknown[]) => (await worker.query(text, values)).rows[0] as unknown;
const sqlState = (text: string, values: unknown[] = []) =>
  worker.query(text, values).then(
    () => 'nothing',
    (error: { code: string }) => error.code,
  );

describe('a worker that speaks only SQL', () => {
  it('claims, settles, extends and gives back', async () => {
    const all = await dispatched(app, 5, { title: 'News' });

    const claimed = (await claim(3, 300)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const [first] = claimed;
    const { lease_token } = first;

    expect(first).toEqual({
      lease_token: expect.any(String),
      lease_until: expect.any(Date),
      id: all.ids[0],
      user_id: all.users[0],
      campaign_id: all.campaign,
      dispatch_id: all.dispatch,
      channel: 'webpush',
      title: 'News',
      message: 'See you at the market!',
      attempt: 1,
    });
    expect(ids(claimed)).toEqual(all.ids.slice(0, 3));
    expect(new Set(claimed.map((each) => each.lease_token)).size).toBe(1);
    const settled = await one(
      `SELECT * FROM crm.settle($1, sent => ARRAY[$2], failed => ARRAY[$3], errors => ARRAY['busy'], retry_after_seconds => ARRAY[60],
         delivery_info => jsonb_build_object($2::text, '{"provider_id": "m-1"}'::jsonb))`,
      [lease_token, all.ids[0], all.ids[1]],
    );
    expect(settled).toEqual({ sent_count: 1, failed_count: 0, retrying_count: 1, open_count: 1, rejected: [] });
    expect(await show(app, all.ids[0])).toMatchObject({ status: 'sent', meta: { provider_id: 'm-1' } });
    expect(await show(app, all.ids[1])).toMatchObject({ status: 'queued', error: 'busy' });
    expect(await one("SELECT crm.extend($1, 600) > now() + interval '500 s' AS held", [lease_token])).toEqual({
      held: true,
    });
    expect(await one('SELECT crm.release($1) AS released', [lease_token])).toEqual({ released: 1 });
    expect(ids(await claim())).toEqual([all.ids[2]]);
    expect(ids(await claim())).toEqual(all.ids.slice(3));
  });

  it('is in the same ledger as those that speak HTTP', async () => {
    const all = await dispatched(app, 40);
    const http = workerOf(app);
    const byHttp = async () => {
      for (;;) {
        const lease = await http.claim({ limit: 3 });
        if (lease.ids.length === 0) return;
        expect(await http.sent(lease.lease_token, lease.ids)).toMatchObject({ sent: lease.ids.length, rejected: [] });
      }
    };
    const bySql = async () => {
      for (;;) {
        const claimed = await claim(3);
        if (claimed.length === 0) return;
        const answer = await one('SELECT * FROM crm.settle($1, sent => $2)', [claimed[0].lease_token, ids(claimed)]);
        expect(answer).toMatchObject({ sent_count: claimed.length, rejected: [] });
      }
    };

    await Promise.all([byHttp(), bySql(), byHttp()]);

    expect(await reconcile(app, all)).toEqual({ sent: 40, failed: 0 });
  });

  it('gets retries of several dispatches in one lease, each with its own text, and settles them together', async () => {
    const [two, single] = [await dispatched(app, 2, { message: 'One' }), await dispatched(app, 1, { message: 'Other' })];
    for (const { lease_token, id } of [...(await claim()), ...(await claim())])
      await worker.query('SELECT crm.settle($1, failed => $2, retry_after_seconds => $3)', [lease_token, [id], [0]]);

    const due = await claim();
    const told = due.map(({ id, message, attempt }) => [id, message, attempt]).sort();
    const expected = [...two.ids.map((id) => [id, 'One', 2]), [single.ids[0], 'Other', 2]].sort();
    expect(told).toEqual(expected);
    expect(await one('SELECT * FROM crm.settle($1, sent => $2)', [due[0].lease_token, ids(due)])).toMatchObject({
      sent_count: 3,
      open_count: 0,
    });
  });

  it('whose lease is lost changes nothing, and is told so by no row, or NULL', async () => {
    const all = await dispatched(app, 1);
    const [{ lease_token }] = await claim();
    await expire(app, { lease_token, lease_until: null, notifications: [] });
    await claim();

    for (const token of [lease_token, randomUUID()]) {
      expect((await worker.query('SELECT * FROM crm.settle($1, sent => $2)', [token, all.ids])).rows).toEqual([]);
      expect(await one('SELECT crm.extend($1, 60) AS until', [token])).toEqual({ until: null });
      expect(await one('SELECT crm.release($1) AS released', [token])).toEqual({ released: null });
    }
    expect(await progressOf(app, all)).toMatchObject({ queued: 1, sent: 0 });
  });

  it('that settles the same again has the same answer, and is told which ids are not in its lease', async () => {
    const all = await dispatched(app, 2);
    const [{ lease_token }] = await claim(1);
    const settle = () => one('SELECT * FROM crm.settle($1, sent => $2)', [lease_token, all.ids]);
    const first = await settle();
    expect(first).toEqual({ sent_count: 1, failed_count: 0, retrying_count: 0, open_count: 0, rejected: [all.ids[1]] });
    expect(await settle()).toEqual(first);
  });

  it('may claim, put the messages where they go and settle in one transaction: all of it happens, or nothing', async () => {
    const all = await dispatched(app, 2);
    await worker.query('BEGIN');
    const claimed = await claim();
    await worker.query('SELECT crm.settle($1, sent => $2)', [claimed[0].lease_token, ids(claimed)]);
    await worker.query('ROLLBACK');
    expect(await progressOf(app, all)).toMatchObject({ queued: 2, sent: 0 });
    expect((await claim()).map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  it('while it does, keeps others from its lane for a moment only', async () => {
    const first = await dispatched(app, 1);
    const second = await dispatched(app, 1);
    await worker.query('BEGIN');
    expect(ids(await claim())).toEqual(first.ids);
    expect((await workerOf(app).claim()).ids).toEqual(second.ids);
    expect((await workerOf(app).claim()).ids).toEqual([]);
    await worker.query('COMMIT');
  });
});

describe('what has placeholders', () => {
  let personal: Dispatched;
  let plain: Dispatched;
  beforeEach(async () => {
    personal = await dispatched(app, 1, { title: 'For you' }, 'Hello {{ preferences.name | default: "friend" }}');
    plain = await dispatched(app, 1);
  });

  it('is left to those who fill them in', async () => {
    expect(ids(await claim())).toEqual(plain.ids);
    expect(await claim()).toEqual([]);
    expect((await workerOf(app).claim()).notifications).toMatchObject([{ id: personal.ids[0], message: 'Hello friend' }]);
  });

  it('or to one that says that it does', async () => {
    expect(ids(await claim(100, 60, null, 'templater', true))).toEqual(personal.ids);
  });

  it('also when it was lost or failed', async () => {
    const http = workerOf(app);
    const lease = await http.claim();
    await expire(app, lease);
    expect(ids(await claim())).toEqual(plain.ids);
    expect(await claim()).toEqual([]);
    const again = await http.claim();
    await http.failed(again.lease_token, again.ids, { retry_after_seconds: 0 });
    expect(await claim()).toEqual([]);
    expect((await http.claim()).ids).toEqual(personal.ids);
  });
});

describe('the role of such a worker', () => {
  it('may do that, and nothing else', async () => {
    const tables = await app.db.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('crm', 'public')`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      expect([name, await sqlState(['SELECT * FROM', name].join(' '))]).toEqual([name, '42501']);
      expect([name, await sqlState(['DELETE FROM', name].join(' '))]).toEqual([name, '42501']);
    }
  });

  it('reaches no function with the rights of its owner that does more', async () => {
    const inner = await app.db.query<{ name: string }>(
      `SELECT p.oid::regprocedure::text AS name FROM pg_proc p
       WHERE pronamespace = 'crm'::regnamespace AND prosecdef AND has_function_privilege($1, p.oid, 'EXECUTE') ORDER BY 1`,
      [role],
    );
    expect(inner.map(({ name }) => name.split('(')[0])).toEqual(['claim', 'extend', 'release', 'settle']);
  });

  it('nor any other that somebody made for everybody', async () => {
    // whoever may call a function compiles it, with the tables that his search_path finds
    const open = await app.db.query(
      `SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'crm'::regnamespace
         AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) WHERE grantee = 0))`,
    );
    expect(open).toEqual([]);
  });

  it('cannot put a table of its own before ours', async () => {
    const { ids: queued } = await dispatched(app, 1);
    await worker.query('CREATE TEMP TABLE notifications (dispatch_id bigint, user_id uuid, lane_no int, state smallint)');
    await worker.query('CREATE TEMP TABLE suppressions (user_id uuid, channel text, expires_at timestamptz)');
    await worker.query('SET search_path = pg_temp, crm');
    expect(ids(await claim())).toEqual(queued);
    await worker.query('DISCARD TEMP');
    await worker.query('RESET search_path');
  });

  it('is told what it does wrong', async () => {
    const wrong: [text: string, code: string][] = [
      [`SELECT crm.claim(0)`, '22023'],
      [`SELECT crm.claim(1001)`, '22023'],
      [`SELECT crm.claim(NULL)`, '22023'],
      [`SELECT crm.claim(1, 4)`, '22023'],
      [`SELECT crm.claim(1, 601)`, '22023'],
      [`SELECT crm.claim(1, 60, 'pigeon')`, '22023'],
      [`SELECT crm.extend(gen_random_uuid(), 4)`, '22023'],
    ];
    for (const [text, code] of wrong) expect([text, await sqlState(text)]).toEqual([text, code]);
  });

  it('and one malformed id changes nothing', async () => {
    const all = await dispatched(app, 2);
    const [{ lease_token }] = await claim();
    for (const bad of ['x', '1:x', '', ':', `x:${randomUUID()}`])
      expect(await sqlState('SELECT crm.settle($1, sent => $2)', [lease_token, [all.ids[0], bad]])).toMatch(/^22/);
    expect(await progressOf(app, all)).toMatchObject({ queued: 2, sent: 0 });
  });
});
