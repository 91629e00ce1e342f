import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { eventually } from './support/eventually';
import { type MailServer, startMailServer } from './support/mail-server';
import {
  buildService,
  makeDataDirectory,
  postmasterOf,
  removeDataDirectory,
  type ServiceProcess,
  startProcess,
} from './support/service-process';
import { answerJson, drip, reset, type StubServer, startStubServer } from './support/stub-server';

jest.setTimeout(120_000);

/** What no log may have in it, each in a form that is nothing else. */
const CANARY = {
  token: 'canary-token-0f3c9a7d51',
  wrongToken: 'canary-wrong-token-77b1e2',
  email: 'canaria.canarina@canary-mail.example',
  phone: '+39-333-0999111',
  name: 'Canaria Canarina',
  prompt: 'CANARYPROMPT those who like finches',
  message: 'CANARYMESSAGE a cage for',
  modelText: 'CANARYANSWER of the model',
  secretPath: 'CANARYHOOKPATH',
  note: 'CANARYNOTE of a worker',
};
const WHOM = '11111111-2222-4333-8444-555555555555';

let directory: string;
let service: ServiceProcess;
let base: string;
let far: StubServer;
let mails: MailServer;

beforeAll(async () => {
  buildService();
  directory = makeDataDirectory();
  far = await startStubServer((_request, response, body) => answerJson(response, 500, { echo: body }));
  mails = await startMailServer();
  mails.refuse((address) => [550, `5.1.1 <${address}> is unknown here`]);
  service = startProcess(directory, {
    ADMIN_TOKENS: CANARY.token,
    DEMO_DATA: 'off',
    LOG_LEVEL: 'trace',
    ROLES: 'api,dispatcher,sender',
    DELIVER: 'email=smtp,webhook=webhook,ios=notification-sender',
    SMTP_URL: mails.url,
    MAIL_FROM: 'Shop <shop@example.com>',
    PUBLIC_URL: 'https://crm.example.com',
    DELIVERY_WEBHOOK_URL: `${far.url}/${CANARY.secretPath}`,
    DELIVERY_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 'test').toString('base64')}`,
    NOTIFICATION_SENDER_URL: far.url,
    EGRESS_ALLOW: '127.0.0.1',
    OLLAMA_HOST: far.url,
    LLM_TIMEOUT_SECONDS: '2',
  });
  base = await service.listening();
});
afterAll(async () => {
  await removeDataDirectory(directory);
  await far.close();
  await mails.close();
});

/** As much of what is answered as is looked at. */
type Answer = { id: string } & unknown[];
interface Asked {
  method?: string;
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
}
const ask = async (
  path: string,
  { method, body, raw, headers = {} }: Asked = {},
): Promise<{ status: number; body: Answer }> => {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(base + path, {
    method: method ?? (sent === undefined ? 'GET' : 'POST'),
    headers: { authorization: `Bearer ${CANARY.token}`, 'content-type': 'application/json', ...headers },
    body: sent,
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
};
const statusOf = async (path: string, asked?: Asked): Promise<number> => (await ask(path, asked)).status;

/** The embedded database, as its owner. */
async function inDatabase(...statements: [text: string, values?: unknown[]][]): Promise<void> {
  const cluster = join(directory, '.data', 'postgres', 'cluster');
  const port = Number(readFileSync(join(cluster, 'data', 'postmaster.pid'), 'utf8').split('\n')[3]);
  const password = readFileSync(join(cluster, 'password'), 'utf8').trim();
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'crm',
    options: '-c search_path=crm,public',
  });
  await client.connect();
  for (const [text, values] of statements) await client.query(text, values);
  await client.end();
}

/** A campaign to the one customer, in a channel, dispatched and given up by whoever delivers it. */
async function deliver(segment: string, channel: string): Promise<void> {
  const { body: campaign } = await ask('/campaigns', {
    body: {
      name: `${CANARY.name} ${channel}`,
      description: CANARY.email,
      message: `${CANARY.message} {{ preferences.first_name | default: "you" }} {{ email }}`,
      segment_ids: [segment],
      channel,
    },
  });
  expect(await statusOf(`/campaigns/${campaign.id}/dispatch`, { body: {} })).toBe(200);
}

it('says nothing of a customer, a prompt, a message or a token, whatever goes wrong', async () => {
  await inDatabase([
    `INSERT INTO users (id, email, preferences) VALUES ($1, $2, $3)`,
    [WHOM, CANARY.email, JSON.stringify({ first_name: CANARY.name, phone: CANARY.phone })],
  ]);

  // what succeeds
  const { body: segment } = await ask('/segments', {
    body: { name: CANARY.name, description: CANARY.email, filters: { preferences_contains: { phone: CANARY.phone } } },
  });
  expect(await statusOf(`/segments/${segment.id}/preview-users`, { method: 'POST' })).toBe(200);
  expect(await statusOf(`/customers?email=${encodeURIComponent(CANARY.email)}`)).toBeLessThan(500);
  expect(await statusOf(`/customers/${WHOM}`)).toBe(200);
  const suppressed = {
    body: { user_id: '11111111-2222-4333-8444-999999999999', reason: 'complaint', source: CANARY.email },
  };
  expect(await statusOf('/suppressions', suppressed)).toBeLessThan(500);

  // what is refused
  const refused: [string, Asked?][] = [
    ['/segments', { headers: { authorization: `Bearer ${CANARY.wrongToken}` } }],
    ['/segments', { headers: { authorization: `Basic ${CANARY.wrongToken}` } }],
    ['/segments', { raw: `{"name": "${CANARY.name}", "filters": ${CANARY.email}` }],
    ['/segments', { body: { name: CANARY.name, filters: { [CANARY.email]: CANARY.phone } } }],
    ['/segments', { body: { [CANARY.name]: CANARY.name } }],
    ['/segments', { raw: CANARY.message, headers: { 'content-type': `text/${CANARY.name.split(' ')[0]}` } }],
    [`/segments?cursor=${encodeURIComponent(CANARY.email)}`],
    [`/segments?limit=${encodeURIComponent(CANARY.phone)}&${encodeURIComponent(CANARY.name)}=1`],
    [`/customers/${encodeURIComponent(CANARY.email)}`],
    [`/customers/${CANARY.email}`],
    [`/${encodeURIComponent(CANARY.name)}/${CANARY.phone}`],
    [`/unsubscribe/${CANARY.token}`],
    [
      '/campaigns',
      { body: { name: CANARY.name, message: `${CANARY.message} {{${CANARY.name}}}`, segment_ids: [CANARY.email] } },
    ],
    [
      `/segments/${segment.id}`,
      { method: 'PATCH', body: { name: CANARY.name }, headers: { 'if-match': `"${CANARY.name}"` } },
    ],
    [`/notifications/1:${WHOM}/mark-sent`, { body: { delivery_info: { to: CANARY.email, text: CANARY.message } } }],
    [
      '/notifications/settle',
      { body: { lease_token: WHOM, failed: [{ id: `1:${WHOM}`, error: `${CANARY.note} ${CANARY.email}` }] } },
    ],
    ['/webhooks', { body: { url: `ftp://${CANARY.email}/${CANARY.secretPath}`, events: [CANARY.name] } }],
    [
      '/suppressions/import',
      {
        raw: `user_id,channel,reason\n${CANARY.email},${CANARY.name},${CANARY.phone}\n`,
        headers: { 'content-type': 'text/csv' },
      },
    ],
    ['/segments', { body: { name: 'x', filters: {} }, headers: { 'idempotency-key': 'Canaria' } }],
  ];
  for (const [path, asked] of refused) {
    const status = await statusOf(path, {
      ...asked,
      headers: { 'x-request-id': CANARY.email, traceparent: CANARY.name, ...asked?.headers },
    });
    expect([path, asked, status >= 400 && status < 500]).toEqual([path, asked, true]);
  }

  // a model that fails, in each way it can
  const asksModel = { body: { prompt: CANARY.prompt, system: CANARY.name } };
  const answers = [
    (echo: string) => far.answer((_request, response) => answerJson(response, 500, { error: echo })),
    (echo: string) => far.answer((_request, response) => answerJson(response, 404, { error: echo })),
    (echo: string) => far.answer((_request, response) => answerJson(response, 200, { error: echo })),
    (echo: string) => far.answer((_request, response) => void response.end(`no JSON but ${echo}`)),
    (echo: string) => far.answer((_request, response) => reset(response, `{"response": "${echo}`)),
  ];
  for (const answer of answers) {
    answer(`${CANARY.modelText} ${CANARY.prompt}`);
    expect(await statusOf('/ai/generate', asksModel)).toBeGreaterThanOrEqual(500);
    expect(
      await statusOf('/ai/generate', { ...asksModel, headers: { accept: 'text/event-stream' } }),
    ).toBeGreaterThanOrEqual(200);
  }
  far.answer((_request, response) => answerJson(response, 200, { response: CANARY.modelText, done: true }));
  expect(await statusOf('/segments', { body: { name: CANARY.name, prompt: CANARY.prompt } })).toBeGreaterThanOrEqual(400);
  far.answer((_request, response) => drip(response, CANARY.modelText, 500));
  expect(await statusOf('/ai/generate', asksModel)).toBe(503);

  // receivers that take nothing, and say what they were sent
  far.answer((_request, response, body) => {
    response.setHeader('location', `${far.url}/${CANARY.secretPath}?to=${encodeURIComponent(CANARY.email)}`);
    answerJson(response, 400, { echo: body, of: CANARY.email });
  });
  const hook = {
    url: `${far.url}/${CANARY.secretPath}`,
    description: CANARY.name,
    events: ['notification.failed', 'dispatch.finished'],
  };
  expect(await statusOf('/webhooks', { body: hook })).toBe(201);
  for (const channel of ['email', 'webhook', 'ios']) await deliver(segment.id, channel);
  await eventually(async () => {
    const { body } = await ask('/notifications?status=failed');
    expect(body).toHaveLength(3);
    const told = far.requests.filter(({ body: sent }) => sent.includes('notification.failed'));
    expect(told.length).toBeGreaterThanOrEqual(3);
  }, 60);

  // faults of ours: a statement that cannot be run
  await inDatabase(['ALTER TABLE campaigns RENAME COLUMN description TO gone']);
  const campaign = { name: CANARY.name, description: CANARY.email, message: CANARY.message, segment_ids: [segment.id] };
  expect(await statusOf('/campaigns', { body: campaign })).toBe(500);
  await inDatabase(
    ['ALTER TABLE campaigns RENAME COLUMN gone TO description'],
    [`ALTER TABLE campaigns ADD CONSTRAINT narrow CHECK (length(message) < 10) NOT VALID`],
    [`ALTER TABLE segments ADD CONSTRAINT once UNIQUE (name, description)`],
  );
  expect(await statusOf('/campaigns', { body: campaign })).toBeGreaterThanOrEqual(400);
  const twice = { body: { name: CANARY.name, description: CANARY.email, filters: {} } };
  expect(await statusOf('/segments', twice)).toBe(409);

  // and a database that goes away
  process.kill(postmasterOf(directory)!, 'SIGQUIT');
  await eventually(async () => expect(await statusOf('/segments', twice)).toBe(503));
  expect(await statusOf('/campaigns', { body: campaign })).toBe(503);
  await service.end();

  const logs = readdirSync(join(directory, '.data', 'postgres'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /postgres\.log/.test(name),
  );
  expect(logs.length).toBeGreaterThan(0);
  const said: Record<string, string> = { stdout: service.stdout(), stderr: service.stderr() };
  for (const name of logs) said[name] = readFileSync(join(directory, '.data', 'postgres', name), 'utf8');

  const lines = said.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  for (const status of [200, 201, 400, 401, 404, 409, 500, 502, 503])
    expect(lines.map((line) => line.status)).toContain(status);
  for (const expected of [/gone|description/, /unique|once/]) expect(said[logs[0]]).toMatch(expected);
  const words = Object.entries({ ...CANARY, mail: 'canary-mail', first: 'Canaria', digits: '0999111', marker: 'CANARY' });
  for (const [where, text] of Object.entries(said))
    for (const [what, word] of words) {
      const hit = text.split('\n').find((line) => line.includes(word) || line.includes(encodeURIComponent(word)));
      expect({ where, what, hit }).toEqual({ where, what, hit: undefined });
    }
});
