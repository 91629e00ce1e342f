import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { openapi } from './support/contract';
import { contents } from './support/contents';
import { send, type WireRequest } from './support/wire';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const PUBLIC = ['GET /', 'GET /health', 'GET /health/live', 'GET /health/ready'];
/** Open to whoever has the link; here to nobody, for the link is made up (unsubscribe.e2e-spec.ts has others). */
const BY_LINK = ['GET /unsubscribe/{token}', 'POST /unsubscribe/{token}'];
const WEBHOOK = { url: 'https://93.184.215.14/', events: ['dispatch.failed'] };
const FOR_WORKERS = [
  'GET /me',
  'GET /notifications',
  'GET /notifications/{notification_id}',
  'GET /notifications/{notification_id}/history',
  'POST /notifications/claim',
  'POST /notifications/settle',
  'POST /notifications/extend',
  'POST /notifications/release',
  'POST /notifications/{notification_id}/mark-sent',
  'POST /notifications/{notification_id}/mark-failed',
];

/** What a worker may ask of a notification, and to GET a verb of the protocol is a notification by that name. */
const isForWorkers = (operation: string) =>
  FOR_WORKERS.includes(operation) || /^GET \/notifications\/(claim|settle|extend|release)$/.test(operation);
const NO_LEASE = { lease_token: '00000000-0000-4000-8000-000000000000' };

/** Ways to come without a valid token, or with one that is not presented as it must be. */
const STRANGERS: Record<string, Partial<WireRequest>> = {
  'no token': {},
  'a made-up token': { headers: { authorization: 'Bearer 0123456789abcdef0123456789abcdef' } },
  'half a token': { headers: { authorization: `Bearer ${ADMIN_TOKEN.slice(0, -1)}` } },
  'an empty token': { headers: { authorization: 'Bearer ' } },
  'another scheme': { headers: { authorization: `Basic ${Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64')}` } },
  'the token without a scheme': { headers: { authorization: ADMIN_TOKEN } },
  'two tokens': { headers: { authorization: [`Bearer ${ADMIN_TOKEN}`, `Bearer ${WORKER_TOKEN}`] } },
  'two tokens in one line': { headers: { authorization: `Bearer ${ADMIN_TOKEN}, Bearer ${ADMIN_TOKEN}` } },
  'the token in other headers': { headers: { 'x-api-key': ADMIN_TOKEN, 'proxy-authorization': `Bearer ${ADMIN_TOKEN}` } },
  'the token in a cookie': { headers: { cookie: `token=${ADMIN_TOKEN}; access_token=${ADMIN_TOKEN}` } },
};
/** The same address, written otherwise. */
const VARIANTS: Record<string, (path: string) => string> = {
  'doubled slash': (path) => `/${path}`,
  'trailing slash': (path) => `${path}/`,
  'escaped slash': (path) => `${path}%2f`,
  'upper case': (path) => path.toUpperCase(),
  'escaped letter': (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'dot segments': (path) => `/health/..${path}`,
  'escaped dot segments': (path) => `/health/%2e%2e${path}`,
  'path parameter': (path) => `${path};x=1`,
  'NUL at the end': (path) => `${path}%00`,
  'token in the query': (path) => `${path}?token=${ADMIN_TOKEN}&api_key=${ADMIN_TOKEN}&access_token=${ADMIN_TOKEN}`,
  'absolute form': (path) => `http://localhost${path}`,
};

interface RouterLayer {
  route?: { path: string; methods: Record<string, boolean> };
}

let app: TestApp;
let ids: Record<string, string>;
/** What the router really takes, as `GET /segments/{segment_id}`. The API document's own addresses are left out. */
let routed: string[];

beforeAll(async () => {
  app = await startApp();
  const { make, api } = app;
  await make.customer();
  const segment = await make.segment();
  const campaign = await make.campaign([segment]);
  const dispatch = (await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
  const [notification] = (await api.get('/notifications').expect(200)).body;
  const suppression = (await api.post('/suppressions').send({ user_id: notification.user_id, reason: 'other' }).expect(201))
    .body;
  const webhook = (await api.post('/webhooks').send(WEBHOOK).expect(201)).body;
  ids = {
    segment_id: segment.id,
    campaign_id: campaign.id,
    dispatch_id: dispatch.id,
    notification_id: notification.id,
    user_id: notification.user_id,
    suppression_id: suppression.id,
    webhook_id: webhook.id,
    token: 'made-up',
  };

  const { stack } = (app.nest.getHttpAdapter().getInstance() as { router: { stack: RouterLayer[] } }).router;
  routed = stack
    .flatMap(({ route }) => (route && !route.path.includes('{') ? [route] : [])) // not the fallback, nor the middleware
    .filter(({ path }) => !path.startsWith('/docs') && path !== '/openapi.json')
    .flatMap(({ path, methods }) =>
      Object.keys(methods).map((m) => `${m.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`),
    );
});
afterAll(() => app.close());

const documented = () =>
  Object.entries(openapi.paths).flatMap(([path, item]) => Object.keys(item).map((m) => `${m.toUpperCase()} ${path}`));
/** An operation's address with things that exist, so that whoever is let through would be answered. */
const address = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name]);
const paths = () => [...new Set(routed.map((operation) => operation.split(' ')[1]))];
const asWorker = { authorization: `Bearer ${WORKER_TOKEN}` };

/** A body that every write of this address takes, so that only the guard can refuse it. */
const bodyFor = (method: string, path: string): Partial<WireRequest> => {
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return {};
  // of CSV, which at the same address written otherwise is refused before anybody is asked for; without a body only the guard refuses first
  if (path === '/suppressions/import') return {};
  const bodies: Record<string, object> = {
    '/segments': { name: 'Intruder', filters: {} },
    '/campaigns': { name: 'Intruder', message: 'Hello', segment_ids: [ids.segment_id] },
    '/suppressions': { user_id: ids.user_id, reason: 'other', source: 'Intruder' },
    '/webhooks': WEBHOOK,
    '/notifications/settle': NO_LEASE,
    '/notifications/extend': { ...NO_LEASE, lease_seconds: 60 },
    '/notifications/release': NO_LEASE,
    '/webhooks/{webhook_id}': { description: 'Intruder' },
    '/ai/generate': { prompt: 'Hello' },
    '/segments/preview': { filters: {} },
    '/segments/overlap': { segment_ids: [ids.segment_id] },
    '/segments/{segment_id}': { name: 'Intruder' },
    '/campaigns/{campaign_id}': { name: 'Intruder' },
    '/campaigns/{campaign_id}/test-send': { user_ids: [ids.user_id] },
    '/campaigns/{campaign_id}/schedule': { scheduled_at: '2199-12-01T09:00', time_zone: 'Europe/Madrid' },
  };
  return { body: JSON.stringify(bodies[path] ?? {}), headers: { 'content-type': 'application/json', 'if-match': '*' } };
};

/** Every method on every address, as somebody. Gives `method path: status` of the answers that `isWrong`. */
async function everywhere(
  who: Partial<WireRequest>,
  isWrong: (operation: string, status: number, method: string) => boolean,
  written: (path: string) => string = (path) => path,
): Promise<string[]> {
  const asked = paths().flatMap((path) => METHODS.map((method) => ({ method, path })));
  const wrong = await Promise.all(
    asked.map(async ({ method, path }) => {
      const sent = bodyFor(method, path);
      const to = written(address(path));
      const { status } = await send(app.url, { method, path: to, ...sent, headers: { ...sent.headers, ...who.headers } });
      return isWrong(`${method.replace('HEAD', 'GET')} ${path}`, status, method) ? [`${method} ${to}: ${status}`] : [];
    }),
  );
  return wrong.flat();
}

describe('who is let in', () => {
  it('has in the API document what is routed, and nothing else', () => {
    expect([...routed].sort()).toEqual(documented().sort());
  });

  it.each(Object.keys(STRANGERS))('refuses %s with 401 wherever the document asks for a token', async (name) => {
    const before = await contents(app.db);
    const wrong = await everywhere(STRANGERS[name], (operation, status) => {
      if (BY_LINK.includes(operation)) return status !== 404;
      return PUBLIC.includes(operation) ? status !== 200 : status !== 401;
    });
    expect(wrong).toEqual([]);
    expect(await contents(app.db)).toEqual(before);
  });

  it.each(Object.keys(VARIANTS))('is not fooled by another way to write an address: %s', async (name) => {
    const before = await contents(app.db);
    const isOpen = (operation: string) => [...PUBLIC, ...BY_LINK].includes(operation);
    const wrong = await everywhere(
      {},
      (op, status) => (isOpen(op) ? ![200, 401, BY_LINK.includes(op) ? 404 : 200].includes(status) : status !== 401),
      VARIANTS[name],
    );
    expect(wrong).toEqual([]);
    expect(await contents(app.db)).toEqual(before);
    const forWorkers = (operation: string) => isOpen(operation) || isForWorkers(operation);
    expect(
      await everywhere({ headers: asWorker }, (op, status) => !forWorkers(op) && status !== 403, VARIANTS[name]),
    ).toEqual([]);
  });

  it('documents as open exactly what is open', async () => {
    const open = documented().filter((operation) => {
      const [method, path] = operation.split(' ');
      return (openapi.paths[path][method.toLowerCase()] as { security?: unknown[] }).security?.length === 0;
    });
    expect(open.sort()).toEqual([...PUBLIC, ...BY_LINK].sort());
    for (const operation of PUBLIC) expect((await send(app.url, { path: operation.split(' ')[1] })).status).toBe(200);
    for (const path of ['/docs', '/openapi.json']) expect((await fetch(app.url + path)).status).toBe(200);
  });

  it('names at / every list that can be added to', async () => {
    const lists = Object.keys(openapi.paths).filter((path) => 'get' in openapi.paths[path] && 'post' in openapi.paths[path]);
    const { links } = (await (await fetch(app.url)).json()) as { links: Record<string, string> };
    expect(lists).toContain('/suppressions');
    expect(Object.values(links)).toEqual(expect.arrayContaining(lists.filter((path) => !path.includes('{'))));
  });

  it('opens to workers the notifications and who they are, and nothing else', async () => {
    const wrong = await everywhere({ headers: asWorker }, (operation, status) => {
      if (PUBLIC.includes(operation)) return status !== 200;
      if (BY_LINK.includes(operation)) return status !== 404;
      if (isForWorkers(operation) && !FOR_WORKERS.includes(operation)) return status !== 404;
      return FOR_WORKERS.includes(operation) ? ![200, 409].includes(status) : status !== 403;
    });
    expect(wrong).toEqual([]);
  });

  it('tells an admin what exists: 404, or 405 with what is allowed', async () => {
    for (const path of paths()) {
      // of every operation the address fits: to GET, /segments/preview is a segment by the name of preview
      const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(address(path));
      const fitting = routed.map((operation) => operation.split(' ')).filter(([, template]) => fits(template));
      const allowed = [...new Set(fitting.map(([method]) => method))];
      if (allowed.includes('GET')) allowed.push('HEAD');
      for (const method of [...METHODS, 'TRACE'].filter((one) => !allowed.includes(one))) {
        const answer = await send(app.url, {
          method,
          path: address(path),
          headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        });
        expect([method, path, answer.status, answer.headers.allow]).toEqual([method, path, 405, allowed.sort().join(', ')]);
      }
    }
    await app.api.get('/nothing-here').expect(404);
  });

  it('tells a stranger nothing of what exists', async () => {
    const known = await send(app.url, { path: address('/segments/{segment_id}') });
    const unknown = await send(app.url, { path: '/no/such/thing' });
    const facts = ({ status, headers, body }: typeof known) => ({
      status,
      headers: Object.keys(headers).sort(),
      body: { ...body, instance: '', request_id: '' },
    });
    expect(facts(unknown)).toEqual(facts(known));
    expect(known.headers['www-authenticate']).toBe('Bearer');
    for (const path of ['/segments/%ff', '/no/%ff']) expect((await send(app.url, { path })).status).toBe(400);
  });

  it('answers for its health and its metrics, and for nothing else, where its role is not the API', async () => {
    const dispatcher = await startApp({ DATABASE_URL: app.db.url, ROLES: ['dispatcher'] });
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const answered: string[] = [];
    for (const path of [...paths().map(address), '/docs', '/openapi.json', '/healthy'])
      for (const method of METHODS) {
        const { status } = await fetch(dispatcher.url + path, { method, headers }); // not what the API document says of the path
        if (status !== 404) answered.push(path);
      }
    await dispatcher.close();
    expect([...new Set(answered)].sort()).toEqual(['/health', '/health/live', '/health/ready', '/metrics']);
  });

  it('takes the scheme in any case', async () => {
    expect((await send(app.url, { path: '/segments', headers: { authorization: `bEaReR   ${ADMIN_TOKEN}` } })).status).toBe(
      200,
    );
  });
});
