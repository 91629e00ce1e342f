import { type ClaimedNotification, createClient, NotDelivered, runWorker, type WorkerOptions } from '@crm-service/client';
import { WakeUps } from '../src/notifications/wake-ups';
import { startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { claimDue, dispatched, expire, forget, progressOf, reconcile, show, workerOf } from './support/delivery';
import { eventually } from './support/eventually';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

jest.setTimeout(60_000);

let network: TcpProxy;
let app: TestApp;
beforeAll(async () => {
  network = await startTcpProxy(process.env.TEMPLATE_URL!);
  app = await startApp((url) => ({ DATABASE_URL: network.through(url) }));
});
beforeEach(() => forget(app));
afterEach(async () => {
  jest.restoreAllMocks();
  await network.forward();
});
afterAll(async () => {
  await network.close();
  await app.close();
});

type Send = (notification: ClaimedNotification, isLost: AbortSignal) => Promise<Record<string, unknown> | void>;

/** A worker of this process. `sent` is what it began to send, in that order. */
function start(send: Send, options: Partial<WorkerOptions> = {}) {
  const stop = new AbortController();
  const [sent, errors]: [string[], unknown[]] = [[], []];
  const ended = runWorker({
    client: createClient({ baseUrl: app.url, token: WORKER_TOKEN }),
    signal: stop.signal,
    send: (notification, isLost) => {
      sent.push(notification.id);
      return send(notification, isLost);
    },
    onError: (error) => errors.push(error),
    ...options,
  });
  ended.catch(() => undefined); // looked at later
  return {
    sent,
    errors,
    ended,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Something that is waited for until it is let go. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}
const codes = (errors: unknown[]) => errors.map((error) => (error as { code?: string }).code);

describe('the loop of a worker', () => {
  it('sends what there is and what comes, each once, and says what became of it', async () => {
    const all = await dispatched(app, 30, { channel: 'email', title: 'News' });
    const [busy, wrong] = all.ids;
    const worker = start(({ id }) => {
      if (id === busy) throw NotDelivered.answered(new Response(null, { status: 503, headers: { 'retry-after': '600' } }));
      if (id === wrong) return Promise.reject(new NotDelivered('mailbox does not exist', { retry: false }));
      return Promise.resolve({ provider_id: `m-${id}` });
    });

    await eventually(async () => expect(await progressOf(app, all)).toMatchObject({ sent: 28, failed: 1, queued: 1 }));
    const later = await dispatched(app, 1, { channel: 'email' });
    await eventually(async () => expect(await progressOf(app, later)).toMatchObject({ sent: 1 }));

    expect(await worker.stop()).toEqual({ leases: 2, lost: 0, sent: 29, failed: 1, retrying: 1, released: 0 });
    expect(worker.sent.sort()).toEqual([...all.ids, ...later.ids].sort());
    expect(await show(app, all.ids[3])).toMatchObject({ status: 'sent', meta: { provider_id: `m-${all.ids[3]}` } });
    expect(await show(app, wrong)).toMatchObject({ status: 'failed', error: 'mailbox does not exist' });
    expect(await show(app, busy)).toMatchObject({ status: 'queued', error: 'provider: 503', attempts: 1 });
    const [{ seconds }] = await app.db.query<{ seconds: string }>(
      'SELECT max(extract(epoch FROM due_at - now())) AS seconds FROM notification_retries',
    );
    expect(Number(seconds)).toBeGreaterThan(500);
  });

  it('takes whatever is thrown for a failure, to be tried again', async () => {
    const { ids } = await dispatched(app, 1, { channel: 'email' });
    const worker = start(() => Promise.reject(new Error('x'.repeat(5000))));

    await eventually(async () =>
      expect(await show(app, ids[0])).toMatchObject({ status: 'queued', error: 'x'.repeat(1000), attempts: 1 }),
    );
    await worker.stop();
  });

  it('holds a lease that would have ended, and settles meanwhile what is done', async () => {
    const all = await dispatched(app, 3, { channel: 'email' });
    const { open, opened } = gate();
    const worker = start(({ id }) => (id === all.ids[2] ? opened : Promise.resolve()), { leaseSeconds: 5 });

    await eventually(async () =>
      expect(
        await app.db.query(
          `SELECT FROM notification_leases
           WHERE claimed_at + interval '5.5 s' < clock_timestamp() AND lease_until > clock_timestamp() AND ended_at IS NULL`,
        ),
      ).toHaveLength(1),
    );
    expect((await workerOf(app).claim()).ids).toEqual([]);
    expect(await progressOf(app, all)).toMatchObject({ sent: 2, queued: 1 });
    open();
    await eventually(async () => expect(await progressOf(app, all)).toMatchObject({ sent: 3 }));

    expect(await worker.stop()).toMatchObject({ sent: 3, lost: 0 });
    expect(worker.sent.sort()).toEqual(all.ids);
  });

  it('does not settle a lease that was lost, begins nothing more of it, and tells the sends under way', async () => {
    const all = await dispatched(app, 10, { channel: 'email' });
    const [told, called]: [string[], string[]] = [[], []];
    const client = createClient({
      baseUrl: app.url,
      token: WORKER_TOKEN,
      fetch: (url, init) => {
        called.push(new URL(url).pathname);
        return fetch(url, init);
      },
    });
    const worker = start(
      ({ id }, isLost) =>
        new Promise((resolve) =>
          isLost.addEventListener('abort', () => {
            told.push(id);
            resolve();
          }),
        ),
      { client, leaseSeconds: 5, concurrency: 4 },
    );
    await eventually(() => expect(worker.sent).toHaveLength(4));

    const [{ lease_token }] = await app.db.query<{ lease_token: string }>('SELECT lease_token FROM notification_leases');
    await expire(app, { lease_token, lease_until: null, notifications: [] });
    const other = await claimDue(app);
    await eventually(() => expect(codes(worker.errors)).toEqual(['lease-lost']));

    expect(await worker.stop()).toEqual({ leases: 1, lost: 1, sent: 0, failed: 0, retrying: 0, released: 0 });
    expect(called).not.toContain('/notifications/settle');
    expect(told.sort()).toEqual(worker.sent.sort());
    expect(worker.sent).toHaveLength(4);
    expect(await progressOf(app, all)).toMatchObject({ sent: 0 });
    expect(await workerOf(app).sent(other.lease_token, other.ids)).toMatchObject({ sent: 10, rejected: [] });
  });

  it('that slept past its lease does not go on with what others have', async () => {
    const all = await dispatched(app, 5, { channel: 'email' });
    const now = performance.now.bind(performance);
    const worker = start(
      async () => {
        const [{ lease_token }] = await app.db.query<{ lease_token: string }>(
          'SELECT lease_token FROM notification_leases WHERE ended_at IS NULL',
        );
        await expire(app, { lease_token, lease_until: null, notifications: [] });
        await workerOf(app).claim();
        jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
      },
      { leaseSeconds: 60, concurrency: 1 },
    );

    await eventually(() => expect(codes(worker.errors)).toEqual(['lease-lost']));

    expect(await worker.stop()).toMatchObject({ lost: 1, sent: 0 });
    expect(worker.sent).toEqual([all.ids[0]]);
  });

  it('stopped in the middle loses nothing and sends nothing twice', async () => {
    const all = await dispatched(app, 50, { channel: 'email' });
    const { open, opened } = gate();
    const first = start(({ id }) => (id < all.ids[20] ? Promise.resolve() : opened), { concurrency: 5 });
    await eventually(() => expect(first.sent).toHaveLength(25));

    const ended = first.stop();
    open();
    expect(await ended).toMatchObject({ leases: 1, sent: 25, released: 25 });
    const second = start(() => Promise.resolve());
    await eventually(async () => expect(await progressOf(app, all)).toMatchObject({ sent: 50 }));

    expect(await second.stop()).toMatchObject({ sent: 25 });
    expect([...first.sent, ...second.sent].sort()).toEqual(all.ids);
    expect(await reconcile(app, all)).toEqual({ sent: 50, failed: 0 });
  });

  it('stopped while it waits for something takes nothing', async () => {
    const worker = start(() => Promise.resolve());
    await eventually(() => expect(app.nest.get(WakeUps).waiters).toBe(1));

    expect(await worker.stop()).toEqual({ leases: 0, lost: 0, sent: 0, failed: 0, retrying: 0, released: 0 });
    await eventually(() => expect(app.nest.get(WakeUps).waiters).toBe(0)); // the service has seen it leave
    const all = await dispatched(app, 3, { channel: 'email' });
    expect((await workerOf(app).claim()).ids).toEqual(all.ids);
  });

  it('gets through an outage between a send and its settling', async () => {
    const all = await dispatched(app, 8, { channel: 'email' });
    const { open, opened } = gate();
    const worker = start(() => opened);
    await eventually(() => expect(worker.sent).toHaveLength(8));

    await network.refuse();
    open();
    await eventually(async () => expect((await app.as().get('/health/ready')).status).toBe(503));
    await network.forward();
    await eventually(async () => expect(await progressOf(app, all)).toMatchObject({ sent: 8 }), 40);

    expect(await worker.stop()).toMatchObject({ leases: 1, sent: 8 });
    expect(worker.sent.sort()).toEqual(all.ids);
  });

  it('keeps that it was sent where the words beside it are refused', async () => {
    const all = await dispatched(app, 2, { channel: 'email' });
    const worker = start(({ id }) => Promise.resolve(id === all.ids[0] ? { receipt: 'x'.repeat(20_000) } : {}));

    await eventually(async () => expect(await progressOf(app, all)).toMatchObject({ sent: 2 }));

    expect(await worker.stop()).toMatchObject({ sent: 2 });
    expect(codes(worker.errors)).toEqual(['bad-request']);
  });

  it.each<[string, number, (ended: Promise<unknown>) => Promise<void>]>([
    ['refused', 401, (ended) => expect(ended).rejects.toMatchObject({ status: 401 })],
    ['not answered', 500, (ended) => expect(ended).resolves.toMatchObject({ sent: 0, released: 0 })],
  ])('stopped where its settling is %s, gives nothing back that was sent', async (_, status, asItShould) => {
    const all = await dispatched(app, 6, { channel: 'email' });
    const client = createClient({
      baseUrl: app.url,
      token: WORKER_TOKEN,
      fetch: (url, init) => (url.endsWith('/settle') ? Promise.resolve(new Response(null, { status })) : fetch(url, init)),
    });
    const { open, opened } = gate();
    const worker = start(() => opened, { client, concurrency: 2 });
    await eventually(() => expect(worker.sent).toHaveLength(2));

    const ended = worker.stop();
    open();

    await asItShould(ended);
    expect(worker.sent.sort()).toEqual(all.ids.slice(0, 2));
    expect((await workerOf(app).claim()).ids).toEqual([]);
  });

  it('rejects where nothing will ever be handed out', async () => {
    const client = createClient({ baseUrl: app.url, token: 'nobody' });
    await expect(start(() => Promise.resolve(), { client }).ended).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(start(() => Promise.resolve(), { batchSize: 0 }).ended).rejects.toMatchObject({ code: 'bad-request' });
  });
});
