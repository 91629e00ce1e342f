import { DataSource } from 'typeorm';
import { WakeUps } from '../src/notifications/wake-ups';
import { startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { type Claimed, comeDue, dispatched, expire, forget, workerOf } from './support/delivery';
import { eventually } from './support/eventually';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeAll(async () => {
  app = await startApp();
  worker = workerOf(app);
});
beforeEach(() => forget(app));
afterEach(() => void jest.restoreAllMocks().useRealTimers());
afterAll(() => app.close());

const waiters = (count: number) => eventually(() => expect(app.nest.get(WakeUps).waiters).toBe(count));

/** A claim that waits, as long as one may. */
async function wait(body: object = {}): Promise<{ answered: Promise<Claimed> }> {
  const before = app.nest.get(WakeUps).waiters;
  const answered = worker.claim({ wait_seconds: 30, ...body });
  await waiters(before + 1);
  return { answered };
}

const listeners = () =>
  app.db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`,
  );

/** From now on nobody looks once a second, for only setInterval stands still: whoever is woken was called. */
const onlyCallsWake = () => jest.useFakeTimers({ doNotFake: [...KEPT] });
const KEPT = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

describe('a claim that waits', () => {
  it('is answered by what a dispatch writes', async () => {
    onlyCallsWake();
    const { answered } = await wait();
    const { ids } = await dispatched(app, 3);
    expect((await answered).ids).toEqual(ids);
  });

  it('is answered by what somebody gives back', async () => {
    onlyCallsWake();
    const { ids } = await dispatched(app, 3);
    const { lease_token } = await worker.claim();
    const { answered } = await wait();
    await worker.release(lease_token);
    expect((await answered).ids).toEqual(ids);
  });

  it('is answered by what is to be tried again at once', async () => {
    onlyCallsWake();
    const { ids } = await dispatched(app, 1);
    const { lease_token } = await worker.claim();
    const { answered } = await wait();
    await worker.failed(lease_token, ids, { retry_after_seconds: 0 });
    expect((await answered).notifications).toMatchObject([{ id: ids[0], attempt: 2 }]);
  });

  it('is answered by a dispatch that goes on', async () => {
    onlyCallsWake();
    const { ids, dispatch } = await dispatched(app, 3);
    await app.api.post(`/dispatches/${dispatch}/pause`).expect(200);
    const { answered } = await wait();
    await app.api.post(`/dispatches/${dispatch}/resume`).expect(200);
    expect((await answered).ids).toEqual(ids);
  });

  it('is answered by what falls due, and by what somebody lost, of which nobody tells', async () => {
    const { ids } = await dispatched(app, 1);
    await worker.failed((await worker.claim()).lease_token, ids);
    const first = await wait();
    await comeDue(app);
    const lease = await first.answered;
    const second = await wait();
    await expire(app, lease);
    expect([lease.ids, (await second.answered).ids]).toEqual([ids, ids]);
  });

  it('is not kept waiting by those before it who take another channel', async () => {
    onlyCallsWake();
    const mailers = [await wait({ channel: 'email' }), await wait({ channel: 'email' })].map(({ answered }) => answered);
    const texter = await wait({ channel: 'sms' });

    const texts = await dispatched(app, 1, { channel: 'sms' });
    expect((await texter.answered).ids).toEqual(texts.ids);

    const mails = await dispatched(app, 1, { channel: 'email' });
    expect((await Promise.race(mailers)).ids).toEqual(mails.ids);
    const more = await dispatched(app, 1, { channel: 'email' });
    expect((await Promise.all(mailers)).flatMap(({ ids }) => ids).sort()).toEqual([...mails.ids, ...more.ids].sort());
  });

  it('shares what comes: who finds something calls the next', async () => {
    onlyCallsWake();
    const two = [await wait({ limit: 2 }), await wait({ limit: 2 })];
    const { ids } = await dispatched(app, 4);
    expect((await Promise.all(two.map(({ answered }) => answered))).flatMap((lease) => lease.ids).sort()).toEqual(ids);
  });

  it('has nothing when its time is over', async () => {
    expect(await worker.claim({ wait_seconds: 1 })).toMatchObject({ lease_token: null, notifications: [] });
    await waiters(0);
  });

  it('takes nothing once its client has left, not even what is there', async () => {
    onlyCallsWake();
    const { ids, dispatch } = await dispatched(app, 2);
    await app.api.post(`/dispatches/${dispatch}/pause`).expect(200);
    const client = new AbortController();
    const left = fetch(`${app.url}/notifications/claim`, {
      method: 'POST',
      headers: { authorization: `Bearer ${WORKER_TOKEN}`, 'content-type': 'application/json' },
      body: '{"wait_seconds": 30}',
      signal: client.signal,
    }).catch((error: Error) => error.name);
    await waiters(1);
    await app.db.query(`UPDATE dispatches SET status = 'dispatched'`); // of which nobody is told

    client.abort();

    expect(await left).toBe('AbortError');
    await waiters(0);
    expect(await app.db.query('SELECT FROM notification_leases')).toEqual([]);
    expect((await worker.claim()).ids).toEqual(ids);
  });

  it('does so also when nobody hears the database, until it is heard again', async () => {
    const first = await wait();
    const [{ pid }] = await eventually(async () => {
      const found = await listeners();
      expect(found).toHaveLength(1);
      return found;
    });
    await app.db.query('SELECT pg_terminate_backend($1)', [pid]);
    await eventually(async () => expect((await listeners()).map((one) => one.pid)).not.toContain(pid));

    const { ids } = await dispatched(app, 1);
    expect((await first.answered).ids).toEqual(ids);

    const second = await wait(); // while somebody waits, it is tried to hear again
    await eventually(async () => expect(await listeners()).toHaveLength(1));
    const next = await dispatched(app, 1);
    expect((await second.answered).ids).toEqual(next.ids);
    onlyCallsWake();
    const third = await wait();
    const last = await dispatched(app, 1);
    expect((await third.answered).ids).toEqual(last.ids);
  });

  it('of fifty that wait, twenty get what there is, once, and the others do not storm the database', async () => {
    const claims = jest.spyOn(app.nest.get(DataSource), 'query');
    const asked = () => claims.mock.calls.filter(([text]) => String(text).includes('lease_any')).length;
    const leave = new AbortController();
    const got: string[] = [];
    const waiting = Array.from({ length: 50 }, async () => {
      const answer = await fetch(`${app.url}/notifications/claim`, {
        method: 'POST',
        headers: { authorization: `Bearer ${WORKER_TOKEN}`, 'content-type': 'application/json' },
        body: '{"wait_seconds": 30, "limit": 10}',
        signal: leave.signal,
      });
      const { notifications } = (await answer.json()) as Claimed;
      got.push(...notifications.map(({ id }) => id));
    });
    const all = Promise.allSettled(waiting);
    await waiters(50);
    const before = asked();

    const { ids } = await dispatched(app, 200);
    await eventually(() => expect(got.length).toBeGreaterThanOrEqual(200));
    await waiters(30);

    expect([...got].sort()).toEqual(ids);
    expect(asked() - before).toBeLessThan(50); // twenty that found something, and those who looked once a second
    leave.abort();
    await all;
    await waiters(0);
  });
});

it('a process that stops answers those who wait', async () => {
  const stopping = await startApp();
  const answered = workerOf(stopping).claim({ wait_seconds: 30 });
  await eventually(() => expect(stopping.nest.get(WakeUps).waiters).toBe(1));
  await stopping.close();
  expect(await answered).toMatchObject({ lease_token: null, notifications: [] });
});
