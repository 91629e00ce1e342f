import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { raw, sql } from '../src/common/sql';
import { poolOf } from '../src/database/pool';
import { Readers } from '../src/database/readers';
import { promoteStandby, startStandby, stopStandby } from '../src/database/standby/standby';
import { startApp, type TestApp } from './support/app';
import { onServer, withDatabase } from './support/database';
import { eventually } from './support/eventually';
import { parseMetrics } from './support/prometheus';
import {
  everyWay,
  lookedAt,
  programsOfTheTests,
  standbyOf,
  startServerOfTheTests,
  type TestStandby,
} from './support/standby';
import type { SystemPostgres } from './support/system-postgres';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

jest.setTimeout(120_000);

let primary: SystemPostgres | undefined;
let standby: TestStandby;
let programs: string;
beforeAll(async () => void (programs = await programsOfTheTests()));

/** A server of our own, and a standby of it. */
async function startPair(): Promise<void> {
  primary = await startServerOfTheTests(programs);
  standby = await standbyOf(primary.url);
}

async function stopPair(): Promise<void> {
  await standby.remove();
  primary?.stop();
}

const replicaOf = (url: string, at = standby) => withDatabase(at.url, new URL(url).pathname.slice(1));
const onStandby = (statement: string) => onServer(standby.url, (client) => client.query(statement));

/** From now on the standby gets everything, and shows nothing of it. */
async function pauseReplay(): Promise<void> {
  await onStandby('SELECT pg_wal_replay_pause()');
  await eventually(async () => {
    const { rows } = await onStandby('SELECT pg_get_wal_replay_pause_state() AS state');
    expect(rows).toEqual([{ state: 'paused' }]);
  });
}
const resumeReplay = () => onStandby('SELECT pg_wal_replay_resume()');

describe('with a standby', () => {
  let app: TestApp;
  beforeAll(startPair);
  afterAll(stopPair);
  afterEach(async () => {
    await resumeReplay().catch(() => undefined); // a test that fails must not hold up the next; the standby may be away
    await app.close();
  });

  const start = async (settings = {}) => {
    app = await startApp((url) => ({ DATABASE_REPLICA_URL: replicaOf(url), ...settings }));
  };
  const readsFrom = async (from: 'replica' | 'primary'): Promise<number> => {
    const scraped = parseMetrics((await app.api.get('/metrics').expect(200)).text);
    const series = scraped.filter(({ name, labels }) => name === 'crm_replica_reads_total' && labels.from === from);
    return series.reduce((sum, { value }) => sum + value, 0);
  };
  const preview = () => app.api.post('/segments/preview').send({ filters: {} }).expect(200);
  const total = async () => (await preview()).body.total as number;
  /** Until the standby has the last customer, and is read. */
  const standbyHas = (customers: number) =>
    eventually(async () => {
      const before = await readsFrom('replica');
      expect(await total()).toBe(customers);
      expect(await readsFrom('replica')).toBeGreaterThan(before);
    });

  it('looks at customers there, and at everything else where it is written', async () => {
    await start({ REPLICA_MAX_LAG_SECONDS: 3600 });
    await app.make.customer({}, { store_name: 'Old Town' });
    await standbyHas(1);
    const before = await readsFrom('primary'); // while the standby had not seen the new database yet
    await pauseReplay();
    const late = await app.make.customer({}, { store_name: 'New Town' });
    const [segment, other] = [await app.make.segment(), await app.make.segment({ last_days: 30 })];

    expect(await lookedAt(app, segment, other)).toEqual(everyWay(1));
    const values = await app.api.get('/segments/filters/stores_in/values').expect(200);
    expect(values.body).toMatchObject([{ value: 'Old Town' }]);
    // that somebody is not there only the primary can say
    await app.api.get(`/segments/${segment.id}/explain/${late.id}`).expect(200);
    expect((await app.api.get(`/customers/${late.id}/segments`).expect(200)).body).toHaveLength(2);
    expect(await readsFrom('primary')).toBe(before);

    const campaign = await app.make.campaign([segment]);
    const dispatch = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
    expect(dispatch.body).toMatchObject({ status: 'dispatched', matched: 2, queued: 2 });
    expect((await app.api.get('/notifications').expect(200)).body).toHaveLength(2);

    await resumeReplay();
    await eventually(async () => expect(await lookedAt(app, segment, other)).toEqual(everyWay(2)));
  });

  it('is read with the settings that every connection has, and no more of them than of the primary', async () => {
    await start({ DATABASE_POOL_SIZE: 4 });
    await standbyHas(0);
    const settings = await app.nest.get(Readers).read(async ({ database, knownAt }) => {
      expect(knownAt).toBeDefined();
      expect(poolOf(database).options).toMatchObject({ max: 4, connectionTimeoutMillis: 2000, keepAlive: true });
      const names = [
        'statement_timeout',
        'lock_timeout',
        'idle_in_transaction_session_timeout',
        'application_name',
        'search_path',
      ];
      return database.query<object[]>('SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name', [names]);
    });
    expect(settings).toEqual([
      { name: 'application_name', setting: 'crm-service' },
      { name: 'idle_in_transaction_session_timeout', setting: '10000' },
      { name: 'lock_timeout', setting: '2000' },
      { name: 'search_path', setting: 'crm,public' },
      { name: 'statement_timeout', setting: '5000' },
    ]);
  });

  it('is looked at by the doctor', async () => {
    await start();
    await app.make.customer();
    await standbyHas(1);
    const found = async (replica: string) => {
      const { body } = await app.api.get('/settings/diagnosis').expect(200);
      expect(JSON.stringify(body)).not.toContain(replica);
      return body.findings.filter(({ id }: { id: string }) => id === 'replica');
    };
    expect(await found(standby.url)).toMatchObject([
      { level: 'ok', message: expect.stringContaining('is a standby of this database') },
    ]);
    await app.close();
    await start({ DATABASE_REPLICA_URL: primary!.url });
    expect(await found(primary!.url)).toMatchObject([
      { level: 'warning', message: expect.stringContaining('is no standby') },
    ]);
  });

  it('says up to which instant an answer knows of customers, and lets none be older than it may', async () => {
    await start({ REPLICA_MAX_LAG_SECONDS: 1 });
    await app.make.customer();
    await standbyHas(1);
    await pauseReplay();
    await app.make.customer();
    const [{ written }] = await app.db.query<{ written: string }>(
      `SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS written`,
    );

    const answers: Response[] = [];
    await eventually(async () => {
      answers.push(await preview());
      expect(answers.at(-1)!.body.total).toBe(2);
    });
    for (const { headers, body } of answers)
      expect([body.total, headers['x-data-as-of'] > written]).toEqual([body.total, body.total === 2]);

    const before = await readsFrom('primary');
    expect(await total()).toBe(2);
    expect(await readsFrom('primary')).toBeGreaterThan(before);
    await resumeReplay();
    await standbyHas(2);
  });

  it('answers from the primary while the standby is gone, and from the standby when it is back', async () => {
    await start();
    await app.make.customer();
    await standbyHas(1);
    await stopStandby(standby.directory, 'immediate');
    await app.make.customer();

    for (let i = 0; i < 5; i++) expect(await total()).toBe(2);
    await app.as().get('/health/ready').expect(200);

    await startStandby(standby.directory);
    await standbyHas(2);
  });

  it('asks the primary what the standby ends, because the primary needs a table', async () => {
    await onStandby(`ALTER SYSTEM SET max_standby_streaming_delay = 0`);
    await onStandby('SELECT pg_reload_conf()');
    await start();
    await app.make.customer();
    await standbyHas(1);
    const asked: boolean[] = [];
    const reading = app.nest.get(Readers).read(async ({ database, knownAt }) => {
      asked.push(knownAt !== undefined);
      const [found] = await database.query<{ is_standby: boolean }[]>(
        'SELECT pg_is_in_recovery() AS is_standby, CASE WHEN pg_is_in_recovery() THEN pg_sleep(60) END FROM users',
      );
      return found.is_standby;
    });
    await eventually(async () => {
      const { rows } = await onStandby(`SELECT FROM pg_stat_activity WHERE query ~ '^SELECT pg_is_in_recovery.*pg_sleep'`);
      expect(rows).toHaveLength(1);
    });
    await app.db.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE; COMMIT');

    expect([await reading, asked]).toEqual([false, [true, false]]);
    await standbyHas(1);
  });

  it('starts, is ready and answers where what is named is away, or no standby', async () => {
    for (const replica of [() => 'postgres://127.0.0.1:9/nobody', (url: string) => url]) {
      app = await startApp((url) => ({ DATABASE_REPLICA_URL: replica(url) }));
      await app.make.customer();
      await app.as().get('/health/ready').expect(200);
      expect(await total()).toBe(1);
      expect([await readsFrom('replica'), (await readsFrom('primary')) > 0]).toEqual([0, true]);
      await app.close();
    }
    await start();
  });
});

describe('when the primary is lost', () => {
  let app: TestApp;
  let network: TcpProxy;
  let other: TestStandby;
  beforeAll(async () => {
    await startPair();
    other = await standbyOf(primary!.url);
  });
  afterAll(async () => {
    await other.remove();
    await stopPair();
  });
  afterEach(async () => {
    await app.nest.close(); // its database goes with its server
    await network.close();
  });

  it('goes on with the promoted standby at the same address, and has all that was acknowledged', async () => {
    await onServer(primary!.url, (client) =>
      client.query(sql`ALTER SYSTEM SET synchronous_standby_names = ${raw(`'${standby.name}'`)}`),
    );
    await onServer(primary!.url, (client) => client.query('SELECT pg_reload_conf()'));
    network = await startTcpProxy(primary!.url);
    app = await startApp((url) => ({ DATABASE_URL: network.through(url), DATABASE_REPLICA_URL: replicaOf(url, other) }));
    await app.make.customers(3);
    const segment = await app.make.segment();
    const acknowledged: string[] = [];
    const write = async (): Promise<number> => {
      const answer = await app.api.post('/segments').send({ name: `Segment ${acknowledged.length} of many`, filters: {} });
      if (answer.status !== 201) return answer.status;
      acknowledged.push(answer.body.id);
      return write();
    };
    const refused = Promise.all(Array.from({ length: 5 }, write));
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(20));
    await stopStandby(other.directory); // it must not be further than the one that is promoted, or it could not follow that one
    const written = acknowledged.length;
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(written + 20));

    primary!.stop();
    primary = undefined;
    expect(await refused).toEqual([503, 503, 503, 503, 503]);
    await promoteStandby(standby.directory);
    network.leadTo(standby.url);

    await eventually(() => app.as().get('/health/ready').expect(200));
    for (const id of acknowledged) await app.api.get(`/segments/${id}`).expect(200);
    const campaign = await app.make.campaign([segment]);
    const dispatch = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
    expect(dispatch.body).toMatchObject({ status: 'dispatched', queued: 3 });

    // the other standby still waits for the server of before
    await startStandby(other.directory);
    await app.nest.get(DataSource).query(`INSERT INTO users (email) VALUES ('new@example.invalid')`);
    const total = async () => (await app.api.get(`/segments/${segment.id}/count`).expect(200)).body.total as number;
    expect(await total()).toBe(4);
    await eventually(async () => {
      await total();
      expect((await app.api.get('/metrics').expect(200)).text).toMatch(/why="foreign"\} [1-9]/);
    });

    // until it follows
    const conninfo = `host=127.0.0.1 port=${standby.port} user=postgres`;
    await onServer(other.url, async (client) => {
      await client.query(sql`ALTER SYSTEM SET primary_conninfo = ${raw(`'${conninfo}'`)}`);
      await client.query(`ALTER SYSTEM SET primary_slot_name = ''`);
      await client.query('SELECT pg_reload_conf()');
    });
    await eventually(async () => {
      expect(await total()).toBe(4);
      expect((await app.api.get('/metrics').expect(200)).text).toMatch(/from="replica",why="ready"\} [1-9]/);
    });
  });
});
