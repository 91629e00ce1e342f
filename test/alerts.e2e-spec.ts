import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { parse } from 'yaml';
import type { Config } from '../src/config/config';
import { attentionLimits } from '../src/overview/overview.service';
import { monitoringLimits } from '../src/overview/monitoring.service';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { claimDue, expire, workerOf } from './support/delivery';
import { begin, crowd, drain } from './support/dispatching';
import { eventually } from './support/eventually';
import { hold, releaseAll } from './support/hold';
import { evaluate, parseMetrics, type Series } from './support/prometheus';
import { sendTo, startSending } from './support/sending';
import { answerJson, type StubServer, startStubServer } from './support/stub-server';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';
import { announce, subscribe } from './support/webhooks';

jest.setTimeout(60_000);

const { groups } = parse(readFileSync(join(__dirname, '../deploy/alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};
const rules = new Map(groups.flatMap((group) => group.rules).map(({ alert, expr }) => [alert, expr]));
const fired = new Set<string>();
const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };

let app: TestApp;
let network: TcpProxy | undefined;
let server: StubServer | undefined;
const asItIs = { ...monitoringLimits };
const asItLooks = { ...attentionLimits };

beforeEach(() => {
  monitoringLimits.freshMs = 0; // nobody waits ten seconds for each figure
  attentionLimits.freshMs = 0;
});
afterEach(async () => {
  jest.restoreAllMocks();
  Object.assign(monitoringLimits, asItIs);
  Object.assign(attentionLimits, asItLooks);
  await releaseAll();
  await network?.close();
  await app.close();
  await server?.close();
  network = server = undefined;
});

/** No rule is left out: one that nobody has seen fire is a hope. */
afterAll(() => expect([...fired].sort()).toEqual([...rules.keys()].sort()));

/** It does not dispatch by itself: a test makes each step, or leaves it undone. */
const start = async (settings: Partial<Config> = {}): Promise<void> => {
  app = await startApp({ ROLES: ['api'], ...settings });
};
const startBehindProxy = async (settings: Partial<Config> = {}): Promise<TcpProxy> => {
  const proxy = (network = await startTcpProxy(process.env.TEMPLATE_URL!));
  app = await startApp((url) => ({ DATABASE_URL: proxy.through(url), ROLES: ['api'], ...settings }));
  return proxy;
};

const scrape = async (): Promise<Series[]> => parseMetrics((await app.api.get('/metrics').expect(200)).text);

/** Of a limit of minutes a test may make one of seconds; the expression stays the one of the file. */
interface Sooner {
  limit?: [from: string, to: string];
}

/** The rule is false before the fault, and true after it. */
async function fires(alert: string, fault: () => Promise<unknown>, { limit }: Sooner = {}): Promise<void> {
  const rule = rules.get(alert) ?? '';
  const expr = limit ? rule.replace(`> ${limit[0]}`, `> ${limit[1]}`) : rule;
  expect({ alert, changed: expr !== rule }).toEqual({ alert, changed: limit !== undefined });
  const before = await scrape();
  expect({ alert, fires: evaluate(expr, before, before) }).toEqual({ alert, fires: [] });
  await fault();
  await eventually(async () => expect(evaluate(expr, before, await scrape())).not.toEqual([]));
  fired.add(alert);
}

/** A campaign dispatched to so many customers, step by step. */
async function dispatchTo(customers: number, rule: object = {}, body: object = {}): Promise<string> {
  const tag = `alerts-${customers}-${fired.size}-${Math.random()}`;
  await crowd(app.db, customers, { tag });
  const campaign = await app.make.campaign([await app.make.segment({ preferences_contains: { tag } })], 'Hello', rule);
  const id = await begin(app, campaign, body);
  await drain(app, id);
  return id;
}

const aged = (minutes: number) =>
  app.db.query('UPDATE dispatch_lanes SET created_at = now() - make_interval(mins => $1)', [minutes]);

describe('delivery', () => {
  it('that nobody comes for', async () => {
    await start();
    await dispatchTo(3);
    await fires('CrmQueueStalled', () => aged(20));
    await fires('CrmQueueOld', () => aged(70));
  });

  it('whose workers lose their leases, and settle all the same', async () => {
    await start();
    await dispatchTo(3);
    const worker = workerOf(app);
    const lost = await worker.claim({ limit: 3 });
    await fires('CrmLeasesNotReclaimed', () => expire(app, lost));
    await fires('CrmLeasesLost', () => claimDue(app));
    await fires('CrmStaleSettles', () =>
      worker.call('settle', { lease_token: lost.lease_token, sent: [{ id: lost.ids[0] }] }).expect(409),
    );
  });

  it('that is given up', async () => {
    await start();
    await dispatchTo(3);
    const worker = workerOf(app);
    const { lease_token, ids } = await worker.claim({ limit: 3 });
    await fires('CrmDeadLettersGrow', () => worker.failed(lease_token, ids.slice(0, 1), { retry: false }));
  });

  it('whose far side is away', async () => {
    app = await startSending({ DELIVER: 'webpush=webhook', DELIVERY_WEBHOOK_URL: 'http://127.0.0.1:9' });
    await crowd(app.db, 10);
    await fires('CrmTransportResting', () => sendTo(app, 'webpush'));
  });
});

describe('a dispatch', () => {
  it('that nobody works on', async () => {
    await start();
    const campaign = await app.make.campaign([await app.make.segment()]);
    await begin(app, campaign);
    await fires('CrmDispatchStuck', () => app.db.query(`UPDATE dispatches SET created_at = now() - interval '25 min'`));
  });

  it('that fails', async () => {
    await start();
    await fires('CrmDispatchFailed', () => dispatchTo(3, {}, { expected_count: 100 }));
  });

  it('whose notifications are changed from outside', async () => {
    await start();
    const id = await dispatchTo(3);
    await fires('CrmReconciliationGap', () =>
      app.db.query('UPDATE dispatch_lanes SET total = total + 1 WHERE dispatch_id = $1', [id]),
    );
  });
});

describe('a process', () => {
  it('whose database is gone', async () => {
    const proxy = await startBehindProxy();
    await fires('CrmDatabaseDown', async () => {
      await proxy.refuse();
      await app.api.get('/segments').expect(503); // from here on there is a count of them that can grow
    });
    await proxy.forward();
    await eventually(() => app.as().get('/health/ready').expect(200));
    await fires('CrmRequestsFail', async () => {
      await proxy.refuse();
      await app.api.get('/segments').expect(503);
    });
  });

  it('whose figures cannot be read', async () => {
    await start();
    await fires('CrmFiguresStale', async () => {
      await hold(app.db, 'LOCK TABLE dispatches');
      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + 300_000);
    });
  });

  it('whose connections are all taken', async () => {
    await start({ DATABASE_POOL_SIZE: 2 });
    const asked: Promise<unknown>[] = [];
    await fires('CrmPoolWaiters', async () => {
      await hold(app.db, 'LOCK TABLE crm.segments');
      asked.push(...Array.from({ length: 8 }, () => fetch(`${app.url}/segments`, { headers: ADMIN })));
    });
    await releaseAll();
    await Promise.all(asked);
  });

  it('that holds a transaction open', async () => {
    await start();
    const client = new Client({ connectionString: app.db.url, application_name: 'crm-service' });
    await client.connect();
    await fires('CrmOldTransaction', () => client.query('BEGIN'), { limit: ['1200', '1'] });
    await client.end();
  });

  it('whose event loop is kept busy', async () => {
    await start();
    await fires('CrmEventLoopLag', async () => {
      for (let i = 0; i < 20; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const until = performance.now() + 300; performance.now() < until;);
      }
    });
  });

  it('whose column index hears of nothing', async () => {
    const proxy = await startBehindProxy({ COLUMN_INDEX_FROM_PURCHASES: 0 });
    await eventually(async () => {
      const { body } = await app.api.get('/column-index').expect(200);
      expect(body.state).toBe('ready');
    });
    await fires('CrmIndexStale', async () => {
      await proxy.refuse();
      const now = Date.now();
      jest.spyOn(Date, 'now').mockImplementation(() => now + 1_000_000);
    });
  });

  it('whose replica is none', async () => {
    app = await startApp((url) => ({ ROLES: ['api'], DATABASE_REPLICA_URL: url }));
    await fires('CrmReplicaNotUsed', () => app.api.post('/segments/preview').send({ filters: {} }).expect(200));
  });

  it('whose model is away', async () => {
    await start({ OLLAMA_HOST: 'http://127.0.0.1:9' });
    await fires('CrmModelResting', async () => {
      for (let i = 0; i < 5; i++) await app.api.post('/ai/generate').send({ prompt: 'Hello' }).expect(503);
    });
  });
});

describe('webhooks', () => {
  it('that want to hear nothing more', async () => {
    server = await startStubServer((_request, response) => answerJson(response, 410, {}));
    await start({ ROLES: ['api', 'dispatcher'], EGRESS_ALLOW: ['127.0.0.1'] });
    await subscribe(app, server, ['dispatch.finished']);
    await fires('CrmWebhookDisabled', () => announce(app, 'dispatch.finished'));
  });

  it('that nobody sends anything to', async () => {
    server = await startStubServer((_request, response) => answerJson(response, 200, {}));
    await start({ EGRESS_ALLOW: ['127.0.0.1'] });
    await subscribe(app, server, ['dispatch.finished']);
    await fires('CrmWebhooksLate', async () => {
      await announce(app, 'dispatch.finished');
      await app.db.query(`UPDATE webhook_deliveries SET due_at = now() - interval '10 min'`);
    });
  });
});
