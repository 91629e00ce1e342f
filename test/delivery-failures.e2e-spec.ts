import { startApp, type TestApp } from './support/app';
import { claimDue, comeDue, dispatched, forget, lose, progressOf, reconcile, show, workerOf } from './support/delivery';
import { hold, releaseAll } from './support/hold';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeAll(async () => {
  app = await startApp();
  worker = workerOf(app);
});
beforeEach(() => forget(app));
afterEach(releaseAll);
afterAll(() => app.close());

/** How long what failed waits, in seconds, as it was decided each time. */
const waits = async (): Promise<number[]> =>
  (
    await app.db.query<{ seconds: string }>(
      `SELECT extract(epoch FROM retry_at - ended_at) AS seconds FROM notification_attempts WHERE outcome = 'retry' ORDER BY attempt`,
    )
  ).map(({ seconds }) => Number(seconds));

const counted = () => app.db.query('SELECT failures, reclaims FROM notification_retries');

describe('what failed', () => {
  it('is tried again later and later, and is given up after five failures', async () => {
    const all = await dispatched(app, 1);
    const [id] = all.ids;
    for (let attempt = 1; attempt <= 5; attempt++) {
      const lease = await worker.claim();
      expect(lease.notifications).toMatchObject([{ id, attempt }]);
      const answer = await worker.failed(lease.lease_token, [id], { error: `busy ${attempt}` });
      expect(answer).toMatchObject(attempt < 5 ? { retrying: 1, failed: 0, open: 0 } : { retrying: 0, failed: 1, open: 0 });
      expect((await worker.claim()).ids).toEqual([]); // its time has not come
      if (attempt < 5) expect(await progressOf(app, all)).toMatchObject({ queued: 1, failed: 0 });
      await comeDue(app);
    }

    (await waits()).forEach((seconds, i) => {
      const usual = 10 * 2 ** i; // give or take a quarter, and the milliseconds between two looks at the clock
      expect(seconds).toBeGreaterThan(usual * 0.75 - 0.5);
      expect(seconds).toBeLessThan(usual * 1.25 + 0.5);
    });
    expect(await waits()).toHaveLength(4);
    expect(await show(app, id)).toMatchObject({ status: 'failed', attempts: 5, error: 'busy 5', retry_at: null });
    expect(await reconcile(app, all)).toEqual({ sent: 0, failed: 1 });
    expect((await worker.claim()).ids).toEqual([]);
  });

  it('together is not tried again together', async () => {
    const { ids } = await dispatched(app, 50);
    await worker.failed((await worker.claim()).lease_token, ids);
    const [{ times }] = await app.db.query<{ times: string }>(
      'SELECT count(DISTINCT due_at) AS times FROM notification_retries',
    );
    expect(Number(times)).toBeGreaterThan(40);
  });

  it('says when it is tried again, and who has it then', async () => {
    const { ids } = await dispatched(app, 1);
    await worker.failed((await worker.claim()).lease_token, ids);
    const [{ due_at }] = await app.db.query<{ due_at: Date }>('SELECT due_at FROM notification_retries');
    expect(await show(app, ids[0])).toMatchObject({ status: 'queued', leased_until: null, retry_at: due_at.toISOString() });

    await comeDue(app);
    const { lease_until } = await worker.claim();

    expect(await show(app, ids[0])).toMatchObject({ status: 'queued', leased_until: lease_until, retry_at: null });
  });

  it('waits as long as the provider asks for', async () => {
    const { ids } = await dispatched(app, 3);
    const { lease_token } = await worker.claim();
    await worker.settle(lease_token, {
      failed: [
        { id: ids[0], retry_after_seconds: 0 },
        { id: ids[1], retry_after_seconds: 90.5 },
        { id: ids[2], retry_after_seconds: 86_400 },
      ],
    });

    const [now, soon, tomorrow] = (await waits()).sort((a, b) => a - b);
    expect(now).toBeLessThanOrEqual(0.5);
    expect(Math.abs(soon - 90.5)).toBeLessThan(0.5);
    expect(Math.abs(tomorrow - 86_400)).toBeLessThan(0.5);
    expect((await worker.claim()).notifications).toMatchObject([{ id: ids[0], attempt: 2 }]);
  });

  it('is sent in the end, and only its last error is forgotten', async () => {
    const all = await dispatched(app, 1);
    await worker.failed((await worker.claim()).lease_token, all.ids);
    await comeDue(app);

    await worker.sent((await worker.claim()).lease_token, all.ids);

    expect(await show(app, all.ids[0])).toMatchObject({ status: 'sent', attempts: 2, error: null, retry_at: null });
    expect(await counted()).toEqual([]);
    expect(await reconcile(app, all)).toEqual({ sent: 1, failed: 0 });
  });

  it('keeps none of its neighbours: of a hundred with one that fails, 99 are sent at once', async () => {
    const all = await dispatched(app, 100);
    const { lease_token, ids } = await worker.claim({ limit: 100 });
    const [poison, ...rest] = ids;

    const answer = await worker.settle(lease_token, {
      sent: rest.map((id) => ({ id })),
      failed: [{ id: poison, error: 'template broke' }],
    });

    expect(answer).toEqual({ sent: 99, failed: 0, retrying: 1, open: 0, rejected: [] });
    expect(await progressOf(app, all)).toMatchObject({ sent: 99, queued: 1 });
  });
});

describe('failures and losses', () => {
  it('are counted apart, and an attempt is the next of both', async () => {
    const { ids } = await dispatched(app, 1);
    const lost = await lose(app, 2);
    expect(lost.map(({ notifications }) => notifications[0].attempt)).toEqual([1, 2]);

    const third = await worker.claim();
    await worker.failed(third.lease_token, ids);
    expect(await counted()).toEqual([{ failures: 1, reclaims: 2 }]);
    const [fourth] = await lose(app, 1);
    const fifth = await claimDue(app);

    expect([third, fourth, fifth].map(({ notifications }) => notifications[0].attempt)).toEqual([3, 4, 5]);
    expect(await counted()).toEqual([{ failures: 1, reclaims: 3 }]);
    await worker.failed(fifth.lease_token, ids);
    expect(await counted()).toEqual([{ failures: 2, reclaims: 3 }]);
  });

  it('nine losses leave it its five failures', async () => {
    const { ids } = await dispatched(app, 1);
    await lose(app, 9);
    for (let failure = 1; failure <= 5; failure++) {
      const { lease_token } = await claimDue(app);
      expect(await worker.failed(lease_token, ids)).toMatchObject(failure < 5 ? { retrying: 1 } : { failed: 1 });
    }
    expect(await show(app, ids[0])).toMatchObject({ status: 'failed', error: 'mailbox full', attempts: 5 });
  });
});

describe('a delivery marked while its failure is being recorded', () => {
  it('is not tried again', async () => {
    const all = await dispatched(app, 2);
    const { lease_token, ids } = await worker.claim();
    const failing = await hold(app.db, `SELECT * FROM settle('${lease_token}', failed => '{${ids.join(',')}}')`);
    const marked = Promise.all([
      app.api.post(`/notifications/${ids[0]}/mark-sent`),
      app.api.post(`/notifications/${ids[1]}/mark-failed`),
    ]);
    await failing.waitedForBy(2);

    await failing.commit();

    expect((await marked).map(({ status }) => status)).toEqual([200, 200]);
    expect(await counted()).toEqual([]);
    expect((await claimDue(app)).ids).toEqual([]);
    expect(await reconcile(app, all)).toEqual({ sent: 1, failed: 1 });
  });

  it('or while its lease is being lost for the third time', async () => {
    const all = await dispatched(app, 1);
    await lose(app, 3);
    const losing = await hold(app.db, 'SELECT * FROM claim(1)');
    const marked = app.api.post(`/notifications/${all.ids[0]}/mark-sent`).then(({ status }) => status);
    await losing.waitedForBy(1);

    await losing.commit();

    expect(await marked).toBe(200);
    expect(await counted()).toEqual([]);
    expect(await reconcile(app, all)).toEqual({ sent: 1, failed: 0 });
  });
});
