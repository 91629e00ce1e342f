import { Background } from '../src/common/background';
import { senderLimits } from '../src/sender/channel-sender';
import { type TestApp, WORKER_TOKEN } from './support/app';
import { eventually } from './support/eventually';
import { attempts, notificationsOf, sendTo, settled, startSending } from './support/sending';
import { answerJson, hang, startStubServer, type StubHandler, type StubServer } from './support/stub-server';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

let app: TestApp | undefined;
let far: StubServer;
let network: TcpProxy | undefined;
const usual = { ...senderLimits };

beforeEach(async () => void (far = await startStubServer((_request, response) => answerJson(response, 200, {}))));
afterEach(async () => {
  await app?.close();
  await far.close();
  await network?.close();
  [app, network] = [undefined, undefined];
  Object.assign(senderLimits, usual);
});

const byWebhook = async (env: Record<string, string> = {}, through?: (url: string) => string): Promise<TestApp> => {
  const defaults = { DELIVER: 'webhook=webhook', DELIVERY_WEBHOOK_URL: far.url, SEND_CONCURRENCY: 'webhook=1' };
  return (app = await startSending({ ...defaults, ...env }, through));
};
/** In somebody's hands. */
const held = (app: TestApp) =>
  app.db.query('SELECT worker FROM notification_leases WHERE ended_at IS NULL AND worker IS NOT NULL');

/** An answer that waits until it is let go. */
function gate(): { handler: StubHandler; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    handler: async (_request, response) => {
      await opened;
      answerJson(response, 200, {});
    },
    open,
  };
}

describe('a lease', () => {
  it('is extended while its notifications take long', async () => {
    senderLimits.leaseSeconds = 5;
    const app = await byWebhook();
    const { handler, open } = gate();
    far.answer(handler);
    await app.make.customers(1);
    await sendTo(app, 'webhook');
    await far.received(1);
    await eventually(async () => {
      const [{ seconds }] = await app.db.query<{ seconds: number }>(
        'SELECT extract(epoch FROM lease_until - claimed_at)::float8 AS seconds FROM notification_leases WHERE worker IS NOT NULL',
      );
      expect(seconds).toBeGreaterThan(6);
    });
    open();

    expect((await settled(app)).map(({ status, attempts }) => [status, attempts])).toEqual([['sent', 1]]);
    expect(far.requests).toHaveLength(1);
  });

  it('that somebody else took over is left to them', async () => {
    const app = await byWebhook();
    const { handler, open } = gate();
    far.answer(handler);
    await app.make.customers(3);
    await sendTo(app, 'webhook');
    await far.received(1);
    await app.db.query(`UPDATE notification_leases SET lease_until = now() - interval '1 second' WHERE ended_at IS NULL`);
    const worker = app.as(WORKER_TOKEN);
    const { body: lease } = await worker.post('/notifications/claim').send({ channel: 'webhook' }).expect(200);
    expect(lease.notifications).toHaveLength(3);
    open();
    const failed = lease.notifications.map(({ id }: { id: string }) => ({ id, error: 'of the other', retry: false }));
    await worker.post('/notifications/settle').send({ lease_token: lease.lease_token, failed }).expect(200);

    await app.nest.close(); // the sender is through with whatever it had
    expect(await app.db.query('SELECT state, error FROM notifications')).toEqual(
      Array(3).fill({ state: 3, error: 'of the other' }),
    );
  });
});

describe('what was delivered is recorded', () => {
  /** A sender that reaches its database through a network that can fail, with one notification on its way. */
  async function onItsWay() {
    const proxy = (network = await startTcpProxy(process.env.TEMPLATE_URL!));
    const app = await byWebhook({}, (url) => proxy.through(url));
    const { handler, open } = gate();
    far.answer(handler);
    await app.make.customers(5);
    await sendTo(app, 'webhook');
    await far.received(1);
    return { app, proxy, open };
  }
  const sentOnce = async (app: TestApp) => {
    const states = await eventually(async () => {
      const found = await app.db.query('SELECT state, count(*)::int FROM notifications GROUP BY state');
      expect(found).toEqual([{ state: 2, count: 5 }]);
      return found;
    });
    expect(states).toHaveLength(1);
    expect(far.requests).toHaveLength(5);
    expect(await attempts(app)).toEqual([]);
  };

  it('when the database is back', async () => {
    const { app, proxy, open } = await onItsWay();
    await proxy.refuse();
    open();
    await far.received(5);
    await proxy.forward();
    await sentOnce(app);
  });

  it('although the answer to that was lost', async () => {
    const { app, proxy, open } = await onItsWay();
    const lost = proxy.cutAfter('settle(');
    open();
    await lost;
    await sentOnce(app);
  });
});

describe('a process that stops', () => {
  it('finishes what is on its way, and gives back the rest', async () => {
    const app = await byWebhook();
    const { handler, open } = gate();
    far.answer(handler);
    await app.make.customers(10);
    await sendTo(app, 'webhook');
    await far.received(1);
    const closed = app.nest.close();
    await eventually(() => expect(app.nest.get(Background).stopping.aborted).toBe(true));
    open();
    await closed;

    expect(far.requests).toHaveLength(1);
    const states = await app.db.query('SELECT state, count(*)::int FROM notifications GROUP BY 1 ORDER BY 1');
    expect(states).toEqual([
      { state: 0, count: 9 },
      { state: 2, count: 1 },
    ]);
    expect(await held(app)).toEqual([]);
    const env = { DELIVER: 'webhook=webhook', DELIVERY_WEBHOOK_URL: far.url };
    const other = await startSending(env, () => app.db.url);
    const all = await settled(other);
    await other.nest.close();
    expect(all.map(({ status, attempts }) => [status, attempts])).toEqual(Array(10).fill(['sent', 1]));
    expect(new Set(far.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(10);
    expect(far.requests).toHaveLength(10);
  });

  it('does not wait for whoever never answers: it may have arrived, and is tried again', async () => {
    const app = await byWebhook({ SHUTDOWN_SECONDS: '1' });
    far.answer((_request, response) => hang(response));
    await app.make.customers(3);
    await sendTo(app, 'webhook');
    await far.received(1);
    await app.nest.close();

    expect(await attempts(app)).toEqual([{ outcome: 'retry', error: 'cut off, because the sender stops' }]);
    expect(await held(app)).toEqual([]);
  });
});

it('has as many on their way as it may, and no more', async () => {
  const app = await byWebhook({ SEND_CONCURRENCY: 'webhook=3' });
  const { handler, open } = gate();
  let [underWay, most] = [0, 0];
  far.answer(async (request, response, body) => {
    most = Math.max(most, ++underWay);
    response.once('finish', () => underWay--);
    await handler(request, response, body);
  });
  await app.make.customers(20);
  await sendTo(app, 'webhook');
  await far.received(3);
  open();
  await settled(app);
  expect(most).toBe(3);
});

it('claims nothing of a channel that DELIVER does not name', async () => {
  const app = await byWebhook();
  await app.make.customers(1);
  const idle = await sendTo(app, 'sms');
  await sendTo(app, 'webhook');
  await eventually(async () =>
    expect((await notificationsOf(app)).filter(({ status }) => status === 'sent')).toHaveLength(1),
  );
  expect(await app.db.query('SELECT 1 FROM notification_leases WHERE dispatch_id = $1', [idle])).toEqual([]);
});
