import type { ServerResponse } from 'node:http';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { type EventStream, listenTo } from './support/event-stream';
import { eventually } from './support/eventually';
import { type FakeModel } from './support/fake-model';
import { RAW } from './support/model-misbehaviours';
import { startServer, wires } from './support/remote-models';
import { answerJson, hang } from './support/stub-server';
import { modelLimits } from '../src/ai/bounded.language-model';

const PROMPT = { prompt: 'Saluda', system: 'Brief.', temperature: 0.5, max_tokens: 20 };

describe.each(wires)('POST /ai/generate as a stream, with %s', (_provider, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  beforeAll(async () => {
    jest.replaceProperty(modelLimits, 'failures', 1000); // it is made to fail over and over, and is to be asked all the same
    server = await startServer(wire);
    app = await startApp({ ...wire.settings(server.url), LLM_TIMEOUT_SECONDS: 2 });
  });
  let streams: EventStream[];
  beforeEach(() => {
    streams = [];
    server.requests.length = 0;
    server.says('Bon dia');
  });
  afterEach(() => streams.forEach((stream) => stream.leave()));
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  const listen = async (body: object = PROMPT): Promise<EventStream> => {
    const stream = await listenTo(`${app.url}/ai/generate`, ADMIN_TOKEN, body);
    streams.push(stream);
    return stream;
  };
  const ask = (body: object = PROMPT) => app.api.post('/ai/generate').accept('text/event-stream').send(body);
  /** The next answer, as a test writes it piece by piece. */
  const written = () =>
    new Promise<ServerResponse>((resolve) => server.misbehaves((_req, res) => resolve(res.writeHead(200))));

  it('sends each token when the model writes it, and the whole text at the end', async () => {
    const response = written();
    const opening = listen();
    (await response).write(wire.piece('Bon'));
    const stream = await opening;

    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
    });
    expect(stream.headers).not.toHaveProperty('content-encoding');
    await eventually(() => expect(stream.events()).toEqual([{ event: 'token', data: { text: 'Bon' } }]));

    (await response).write(wire.piece('\u200b dia\u{e0041}, \ud83d') + wire.piece('\udc4b<b>\r'));
    await stream.sees(({ data }) => data.text === '👋<b>');
    (await response).end(wire.last);
    await stream.ended;

    expect(stream.events()).toEqual([
      { event: 'token', data: { text: 'Bon' } },
      { event: 'token', data: { text: ' dia, ' } },
      { event: 'token', data: { text: '👋<b>' } },
      { event: 'token', data: { text: '\n' } },
      { event: 'done', data: { text: 'Bon dia, 👋<b>\n' } },
    ]);
    expect(server.calls()).toMatchObject([{ stream: true }]);
  });

  it('is what the document says, and ends with the text of the plain form', async () => {
    const { text, headers } = await ask().expect(200); // held against the API document
    const plain = await app.api.post('/ai/generate').send(PROMPT).expect(200);

    expect(headers['content-type']).toBe('text/event-stream');
    expect(text).toBe(
      'event: token\ndata: {"text":"Bon"}\n\nevent: token\ndata: {"text":" dia"}\n\nevent: done\ndata: {"text":"Bon dia"}\n\n',
    );
    expect(plain.body).toEqual({ text: 'Bon dia' });
  });

  it.each([
    ['nothing', undefined, 'application/json'],
    ['anything', '*/*', 'application/json'],
    ['JSON', 'application/json', 'application/json'],
    ['pages', 'text/html', 'application/json'],
    ['JSON rather than events', 'application/json, text/event-stream;q=0.5', 'application/json'],
    ['events rather than JSON', 'text/event-stream, application/json;q=0.5', 'text/event-stream'],
    ['any text', 'text/*', 'text/event-stream'],
  ])('is for who accepts it: %s', async (_, accept, type) => {
    const call = app.api.post('/ai/generate');
    const answer = await (accept === undefined ? call : call.set('Accept', accept)).send(PROMPT).expect(200);

    expect(answer.headers['content-type']).toContain(type);
  });

  it('takes what the plain form takes, and from whom that takes it', async () => {
    await ask({ prompt: '' }).expect(400);
    await ask({ prompt: 'Hi', model: 'another' }).expect(400);
    await app.as(WORKER_TOKEN).post('/ai/generate').accept('text/event-stream').send(PROMPT).expect(403);
    await app.as().post('/ai/generate').accept('text/event-stream').send(PROMPT).expect(401);

    expect(server.requests).toHaveLength(0);
  });

  it('is not kept for its Idempotency-Key: the model is asked anew', async () => {
    const key = 'a-key-of-a-stream-0001';
    await ask().set('Idempotency-Key', key).expect(200);
    server.says('Bona nit');

    const { text, headers } = await ask().set('Idempotency-Key', key).expect(200);

    expect(text).toContain('{"text":"Bona nit"}');
    expect(headers).not.toHaveProperty('idempotency-replayed');
    expect(server.requests).toHaveLength(2);
  });

  it('is not made where its key stands for a plain answer', async () => {
    const key = 'a-key-of-a-plain-form-0001';
    const plain = await app.api.post('/ai/generate').set('Idempotency-Key', key).send(PROMPT).expect(200);

    const again = await ask().set('Idempotency-Key', key).expect(200);

    expect([again.body, again.headers['idempotency-replayed']]).toEqual([plain.body, 'true']);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, (res: ServerResponse) => void, number, string]>([
    ['hangs', (res) => hang(res), 503, 'model-too-slow'],
    ['is overloaded', (res) => answerJson(res, 503, { error: RAW }), 503, 'model-unavailable'],
    ['fails', (res) => answerJson(res, 500, { error: RAW }), 503, 'model-unavailable'],
    ['has not the model', (res) => answerJson(res, 404, wire.unknownModel('x')), 503, 'model-missing'],
    ['is something else', (res) => void res.end(`<p>${RAW}`), 502, 'model-answer-invalid'],
    ['says nothing', (res) => void res.end(), 502, 'model-answer-invalid'],
  ])('is a plain problem where the model %s before it writes', async (_, how, status, type) => {
    server.misbehaves((_req, res) => how(res));

    const { body, headers, text } = await ask().expect(status);

    expect(headers['content-type']).toContain('application/problem+json');
    expect(body.type).toMatch(new RegExp(`:${type}$`));
    expect(headers['retry-after'] !== undefined).toBe(status === 503);
    expect(text).not.toContain(RAW);
  });

  it.each<[string, (res: ServerResponse) => void, number, string]>([
    ['hangs', () => undefined, 503, 'model-too-slow'],
    ['breaks off', (res) => res.destroy(), 503, 'model-unavailable'],
    ['ends early', (res) => res.end(), 502, 'model-answer-invalid'],
    ['fails', (res) => res.end(wire.error(RAW)), 502, 'model-answer-invalid'],
    ['writes without end', (res) => res.end(wire.piece('x'.repeat(70_000))), 502, 'model-answer-invalid'],
  ])('tells the problem in the stream where the model %s later, and does not say done', async (_, how, status, type) => {
    const response = written();
    const opening = listen();
    (await response).write(wire.piece('Bon'));
    const stream = await opening;
    await stream.sees(({ event }) => event === 'token');

    how(await response);
    await stream.ended;

    expect(stream.events()).toEqual([
      { event: 'token', data: { text: 'Bon' } },
      {
        event: 'problem',
        data: {
          type: `urn:crm-service:problem:${type}`,
          title: expect.any(String),
          status,
          detail: expect.any(String),
          instance: '/ai/generate',
          request_id: stream.headers['x-request-id'],
        },
      },
    ]);
    expect(stream.text()).not.toContain(RAW);
  });

  it('stops the model when its client leaves, before the first token and after', async () => {
    const early = new Promise<void>((resolve) => server.misbehaves((_req, res) => void res.once('close', resolve)));
    const caller = new AbortController();
    const headers = {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${ADMIN_TOKEN}`,
    };
    const request = { method: 'POST', headers, body: JSON.stringify(PROMPT), signal: caller.signal };
    const call = fetch(`${app.url}/ai/generate`, request).catch(() => 'left');
    await server.received(1);
    caller.abort();
    expect(await call).toBe('left');
    await early;

    const response = written();
    const opening = listen();
    (await response).write(wire.piece('Bon'));
    const stream = await opening;
    await stream.sees(({ event }) => event === 'token');
    const late = new Promise<void>((resolve) => void response.then((res) => res.once('close', resolve)));
    stream.leave();
    await late;
  });

  it('holds a place of the model, like a plain answer, and none when it is over', async () => {
    const response = written();
    const opening = listen();
    (await response).write(wire.piece('Bon'));
    const stream = await opening;
    server.misbehaves((_req, res) => hang(res));
    const plain = app.api.post('/ai/generate').send(PROMPT).expect(503).then();
    await server.received(2);

    const { body } = await ask().expect(503); // two are at it; this one has waited for half of LLM_TIMEOUT_SECONDS
    expect(body.type).toMatch(/:model-busy$/);
    expect(server.requests).toHaveLength(2);

    stream.leave();
    await plain;
    server.says('Bon dia');
    await Promise.all([ask().expect(200), ask().expect(200), ask().expect(200)]);
  });
});
