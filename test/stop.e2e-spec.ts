import { spawnSync } from 'node:child_process';
import { emptyDatabase, type FreshDatabase } from './support/database';
import { listenTo } from './support/event-stream';
import { eventually } from './support/eventually';
import {
  adminTokenOf,
  ask,
  buildService,
  built,
  makeDataDirectory,
  postmasterOf,
  removeDataDirectory,
  startProcess,
} from './support/service-process';
import { answerJson, type StubServer, startStubServer } from './support/stub-server';

jest.setTimeout(60_000);
beforeAll(buildService);

let directory: string;
let db: FreshDatabase;
let model: StubServer;
let modelAnswers: () => void;

beforeEach(async () => {
  directory = makeDataDirectory();
  db = await emptyDatabase();
  model = await startStubServer((_request, response) => {
    modelAnswers = () =>
      answerJson(response, 200, { model: 'm', response: 'Hello to you', done: true, done_reason: 'stop' });
  });
});
afterEach(async () => {
  await removeDataDirectory(directory);
  await model.close();
  await db.drop();
});

/** A service with a request that waits for the model. */
async function serviceWithRequestInFlight(env: Record<string, string>) {
  const service = startProcess(directory, { OLLAMA_HOST: model.url, ...env });
  const base = await service.listening();
  const answer = ask(directory, `${base}/ai/generate`, { prompt: 'Hello' });
  answer.catch(() => undefined); // where the test expects it to be cut off, it says so
  await model.received(1);
  return { service, base, answer };
}

it('lets the request in flight finish, and takes no new one', async () => {
  const { service, base, answer } = await serviceWithRequestInFlight({ DATABASE_URL: db.url });

  service.signal('SIGTERM');
  await eventually(() => expect(fetch(`${base}/health/live`)).rejects.toThrow());
  modelAnswers();

  const { status, headers } = await answer;
  expect(status).toBe(200);
  expect(headers.get('connection')).toBe('close'); // a connection kept alive would keep the process too
  expect(await service.exited).toEqual({ code: 0, signal: null });
});

it('is not ready any more, and answers still, until balancers have had the time to notice', async () => {
  const service = startProcess(directory, { DATABASE_URL: db.url, SHUTDOWN_DELAY_SECONDS: '600' });
  const base = await service.listening();
  expect((await fetch(`${base}/health/ready`)).status).toBe(200);

  service.signal('SIGTERM');
  await eventually(async () => {
    const answer = await fetch(`${base}/health/ready`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ type: 'urn:crm-service:problem:shutting-down' });
  });
  expect((await fetch(`${base}/health/live`)).status).toBe(200);
  const answer = await ask(directory, `${base}/segments`);
  // its next request goes elsewhere: on a connection that is closed for being idle it might be lost
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);

  const impatience = setInterval(() => service.signal('SIGTERM'), 100);
  const exit = await service.exited;
  clearInterval(impatience);
  expect(exit).toEqual({ code: 143, signal: null });
});

it('does not wait longer than SHUTDOWN_SECONDS for a stalled request', async () => {
  const { service, answer } = await serviceWithRequestInFlight({ DATABASE_URL: db.url, SHUTDOWN_SECONDS: '1' });

  expect(await service.end()).toEqual({ code: 1, signal: null });
  expect(service.stderr()).toMatch(/requests still ran after 1 s/);
  await expect(answer).rejects.toThrow();
});

it('ends what would go on for as long as a dispatch does, and waits for none of it', async () => {
  const service = startProcess(directory, { DATABASE_URL: db.url, SHUTDOWN_SECONDS: '600' });
  const base = await service.listening();
  await db.query(`INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'one@example.invalid')`);
  const post = async (path: string, body: object) =>
    (await (await ask(directory, base + path, body)).json()) as { id: string };
  const segment = await post('/segments', { name: 'All', filters: {} });
  const campaign = await post('/campaigns', { name: 'One', message: 'Hello', segment_ids: [segment.id] });
  const dispatch = await post(`/campaigns/${campaign.id}/dispatch`, {});
  const stream = await listenTo(`${base}/dispatches/${dispatch.id}/events`, adminTokenOf(directory));
  await stream.sees(({ event }) => event === 'progress');

  expect(await service.end()).toEqual({ code: 0, signal: null });
  await stream.ended;
  expect(stream.events()).toHaveLength(1);
});

it('takes the two signals that one Ctrl-C is under npm for one', async () => {
  const { service, base, answer } = await serviceWithRequestInFlight({ DATABASE_URL: db.url });

  service.signal('SIGINT');
  service.signal('SIGINT');
  await eventually(() => expect(fetch(`${base}/health/live`)).rejects.toThrow());
  modelAnswers();

  expect((await answer).status).toBe(200);
  expect(await service.exited).toEqual({ code: 0, signal: null });
});

it('ends at once on a second signal, and stops the embedded database all the same', async () => {
  const { service, answer } = await serviceWithRequestInFlight({ DEMO_DATA: 'off', SHUTDOWN_SECONDS: '600' });

  const impatience = setInterval(() => service.signal('SIGTERM'), 100);
  const exit = await service.exited;
  clearInterval(impatience);

  expect(exit).toEqual({ code: 143, signal: null });
  await expect(answer).rejects.toThrow();
  expect(postmasterOf(directory)).toBeUndefined();
});

it('stops while it is still starting', async () => {
  const service = startProcess(directory, { DEMO_DATA: 'off' });
  await eventually(() => expect(postmasterOf(directory)).toBeDefined());

  expect(await service.end()).toEqual({ code: 0, signal: null });
  expect(postmasterOf(directory)).toBeUndefined();
});

it('does not wait any longer for a database that is away', async () => {
  const service = startProcess(directory, { DATABASE_URL: 'postgres://crm@127.0.0.1:1/crm', SHUTDOWN_SECONDS: '600' });
  await eventually(() => expect(service.stderr()).toContain('Waiting:'));

  expect(await service.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(service.stderr()).not.toContain('requests');
});

it.each([
  ['an exception nobody caught', "setTimeout(() => { throw new Error('boom'); })"],
  ['a rejection nobody caught', "void Promise.reject(new Error('boom'))"],
])('says why, stops in order and fails after %s', (_what, fault) => {
  const script = `
    const { stopOnSignals } = require(${JSON.stringify(built('start/signals.js'))});
    setInterval(() => {}, 1000);
    stopOnSignals(async () => console.log('stopped'), (error) => console.log('fatal:', error.message));
    ${fault}`;
  const ended = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 20_000 });

  expect(ended).toMatchObject({ status: 1, stdout: 'fatal: boom\nstopped\n', stderr: '' });
});
