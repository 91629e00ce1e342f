import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { answerJson, type StubRequest, type StubServer, startStubServer } from './support/stub-server';
import { announce, delivered, subscribe, waitingIsOver } from './support/webhooks';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const traced = (flags = '01') => ({ traceparent: `00-${TRACE}-${CALLER}-${flags}` });

let far: StubServer;
let app: TestApp | undefined;
beforeEach(async () => {
  far = await startStubServer((_request, response) => answerJson(response, 200, { response: 'Hello', done: true }));
});
afterEach(async () => {
  await app?.close();
  await far.close();
  app = undefined;
});

describe('a trace', () => {
  it('goes on to the model, whichever request asks it', async () => {
    app = await startApp({ OLLAMA_HOST: far.url });
    await app.api.post('/ai/generate').set(traced()).send({ prompt: 'Hello' }).expect(200);
    await app.api
      .post('/ai/generate')
      .set(traced())
      .set('Accept', 'text/event-stream')
      .send({ prompt: 'Hello' })
      .expect(200);
    const segment = await app.make.segment();
    const campaign = { name: 'Finches', message: '', segment_ids: [segment.id] };
    await app.api.post('/campaigns').set(traced()).send(campaign).expect(201);

    const carried = far.requests.map(({ headers }) => /^00-(\w+)-(\w+)-(\w+)$/.exec(String(headers.traceparent))!.slice(1));
    expect(carried.map(([trace, , flags]) => [trace, flags])).toEqual(Array(3).fill([TRACE, '01']));
    expect(new Set([CALLER, ...carried.map(([, span]) => span)]).size).toBe(4);
  });

  it('that nobody named, or not as it should be, is none', async () => {
    app = await startApp({ OLLAMA_HOST: far.url });
    await app.api.post('/ai/generate').send({ prompt: 'Hello' }).expect(200);
    await app.api.post('/ai/generate').set('traceparent', `00-${TRACE}-Ana-01`).send({ prompt: 'Hello' }).expect(200);
    for (const { headers } of far.requests) expect(headers).not.toHaveProperty('traceparent');
  });

  it('is one for all attempts to tell a webhook of an event', async () => {
    far.answer((_request, response) => answerJson(response, 500, {}));
    app = await startApp({ EGRESS_ALLOW: ['127.0.0.1'] });
    const webhook = await subscribe(app, far, ['dispatch.finished']);
    await announce(app, 'dispatch.finished');
    await delivered(app, webhook, { attempts: 1 });
    await waitingIsOver(app);
    await delivered(app, webhook, { attempts: 2 });

    const [first, second] = far.requests.map(({ headers }) => String(headers.traceparent).split('-'));
    expect(second[1]).toBe(first[1]);
    expect(second[2]).not.toBe(first[2]);
  });
});

describe('with a collector', () => {
  interface Exported {
    name: string;
    kind: number;
    traceId: string;
    spanId: string;
    parentSpanId?: string;
    startTimeUnixNano: string;
    endTimeUnixNano: string;
    attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
    status?: { code: number };
  }
  interface Batch {
    resourceSpans: { scopeSpans: { spans: Exported[] }[] }[];
  }
  const spansIn = ({ body }: StubRequest): Exported[] =>
    (JSON.parse(body) as Batch).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  let collector: StubServer;
  beforeEach(async () => void (collector = await startStubServer((_request, response) => answerJson(response, 200, {}))));
  afterEach(() => collector.close());
  const start = async () => {
    const OTEL_EXPORTER_OTLP_HEADERS: [string, string][] = [['x-team', 'crm']];
    return (app = await startApp({
      OLLAMA_HOST: far.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS,
    }));
  };
  const arrived = (name: string): Promise<Exported> =>
    eventually(() => {
      const found = collector.requests.flatMap(spansIn).find((span) => span.name === name);
      if (!found) throw new Error(`no span ${name} yet`);
      return found;
    });

  it('each request is told of by its route, in the trace of its caller, with what was asked for it', async () => {
    const { api, make } = await start();
    await api.post('/ai/generate').set(traced()).send({ prompt: 'Hello' }).expect(200);
    const [request, model] = [await arrived('POST /ai/generate'), await arrived('model')];

    expect(request).toMatchObject({ kind: 2, traceId: TRACE, parentSpanId: CALLER });
    expect(request.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: '200' } });
    expect(request.attributes).toContainEqual({ key: 'http.route', value: { stringValue: '/ai/generate' } });
    expect(BigInt(request.endTimeUnixNano)).toBeGreaterThan(BigInt(request.startTimeUnixNano));
    expect(Math.abs(Number(BigInt(request.startTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    expect(model).toMatchObject({ kind: 3, traceId: TRACE, parentSpanId: request.spanId });
    expect(far.requests[0].headers.traceparent).toBe(`00-${TRACE}-${model.spanId}-01`);

    const segment = await make.segment();
    const campaign = await make.campaign([segment]);
    await api.post(`/campaigns/${campaign.id}/dispatch`).send({}).expect(200);
    const [resolved, written] = [await arrived('dispatch resolve'), await arrived('dispatch write')];
    expect(written.traceId).toBe(resolved.traceId);
    const own = await arrived('POST /campaigns/{campaign_id}/dispatch');
    expect(own.parentSpanId).toBeUndefined();

    const [{ headers, path, body }] = collector.requests;
    expect([path, headers['x-team'], headers['content-type']]).toEqual(['/v1/traces', 'crm', 'application/json']);
    expect(JSON.parse(body).resourceSpans[0].resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'crm-service' },
    });
    expect(collector.requests.map((one) => one.body).join()).not.toContain(segment.id);
  });

  it('a trace of which its caller says that nobody records it is not told of', async () => {
    const { api } = await start();
    await api.get('/campaigns').set(traced('00')).expect(200);
    await api.get('/segments').expect(200);
    await arrived('GET /segments');
    expect(collector.requests.flatMap(spansIn).map(({ traceId }) => traceId)).not.toContain(TRACE);
  });

  it('that is away costs nobody anything, and is told when it is back', async () => {
    const { api } = await start();
    collector.answer((_request, response) => answerJson(response, 503, {}));
    await api.get('/segments').expect(200);
    await collector.received(1);
    collector.answer((_request, response) => answerJson(response, 200, {}));
    const after = collector.requests.length;
    await collector.received(after + 1);
    expect(spansIn(collector.requests[after]).map(({ name }) => name)).toContain('GET /segments');
  });
});
