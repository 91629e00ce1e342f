import { type Client, createClient, NoAnswer } from '@crm-service/client';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { answerJson, reset, startStubServer } from './support/stub-server';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

jest.setTimeout(60_000);

let network: TcpProxy;
let app: TestApp;
let client: Client;
beforeAll(async () => {
  network = await startTcpProxy(process.env.TEMPLATE_URL!);
  app = await startApp((url) => ({ DATABASE_URL: network.through(url) }));
  client = createClient({ baseUrl: app.url, token: ADMIN_TOKEN });
});
afterAll(async () => {
  await network.close();
  await app.close();
});

describe('the client', () => {
  it('speaks in the types of the document', async () => {
    const ana = await app.make.customer({ preferences: { diet: 'vegan' } });

    const { id } = await client.post('/segments', {
      body: { name: 'Vegans', filters: { preferences_contains: { diet: 'vegan' } } },
    });
    const path = { segment_id: id };
    const matched: string[] = await client.post('/segments/{segment_id}/preview-users', { path, query: { limit: 5 } });
    const got = await client.response('get', '/segments/{segment_id}', { path });
    const etag = got.headers.get('etag')!;
    const edited = await client.patch('/segments/{segment_id}', {
      path,
      headers: { 'If-Match': etag },
      body: { name: 'Vegans, all of them' },
    });

    expect(matched).toEqual([ana.id]);
    expect(edited.name).toBe('Vegans, all of them');
    // @ts-expect-error the path is required
    void (() => client.get('/segments/{segment_id}'));
    // @ts-expect-error there is no such field
    void (() => client.post('/notifications/claim', { body: { limits: 5 } }));
    // @ts-expect-error there is nothing of this kind to be edited
    void (() => client.patch('/notifications/claim', {}));
  });

  it('reads a list to its end, page by page, whatever the address it is reached at', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `Page ${letter}`);
    for (const name of names) await client.post('/segments', { body: { name, filters: {} } });

    const read: string[][] = [];
    for await (const page of client.pages('/segments', { query: { limit: 2 } })) read.push(page.map(({ name }) => name));

    expect(read.every((page) => page.length <= 2)).toBe(true);
    expect(
      read
        .flat()
        .filter((name) => name.startsWith('Page '))
        .sort(),
    ).toEqual(names);
  });

  it('throws the problem, with its code, its fields and its figures', async () => {
    const refused = client.post('/segments', { body: { name: '', filters: {} } });
    await expect(refused).rejects.toMatchObject({
      name: 'ApiProblem',
      status: 400,
      code: 'bad-request',
      errors: [expect.objectContaining({ pointer: '/name' })],
      isPassing: false,
    });

    const segment = await app.make.segment({});
    const campaign = await app.make.campaign([segment]);
    const path = { campaign_id: campaign.id };
    await expect(
      client.post('/campaigns/{campaign_id}/dispatch', { path, body: { expected_count: 1_000_000 } }),
    ).rejects.toMatchObject({ code: 'audience-moved', body: { expected: 1_000_000, targeted: expect.any(Number) } });
    const worker = createClient({ baseUrl: app.url, token: () => Promise.resolve(WORKER_TOKEN) });
    await expect(worker.get('/segments')).rejects.toMatchObject({ status: 403, code: 'forbidden', isFault: true });
  });

  it('repeats a POST after the Retry-After of a 503, with the same key, and has it done once', async () => {
    const asked: { status: number; key: string | null }[] = [];
    const watched = createClient({
      baseUrl: app.url,
      token: ADMIN_TOKEN,
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        asked.push({ status: answer.status, key: new Headers(init.headers).get('idempotency-key') });
        await network.forward(); // the database is back by the time it is asked again
        return answer;
      },
    });
    await network.refuse();

    await watched.post('/segments', { body: { name: 'After an outage', filters: {} } });

    expect(asked.map(({ status }) => status)).toEqual([503, 201]);
    expect(asked[0].key).toMatch(/^[\w-]{36}$/);
    expect(asked[1].key).toBe(asked[0].key);
    expect(await app.db.query(`SELECT FROM segments WHERE name = 'After an outage'`)).toHaveLength(1);
  });

  it('repeats what had its effect and lost its answer, and has it done once', async () => {
    let lost = 0;
    const far = await startStubServer(async (req, res, body) => {
      const headers = { ...(req.headers as Record<string, string>) };
      for (const name of ['host', 'connection', 'content-length', 'transfer-encoding']) delete headers[name];
      const answer = await fetch(app.url + req.url, { method: req.method, headers, body });
      if (lost++ === 0) return reset(res);
      answerJson(res, answer.status, await answer.json());
    });
    const through = createClient({ baseUrl: `${far.url}/`, token: ADMIN_TOKEN });

    const made = await through.post('/segments', { body: { name: 'Lost on the way', filters: {} } });

    expect(lost).toBe(2);
    expect(await app.db.query(`SELECT id FROM segments WHERE name = 'Lost on the way'`)).toEqual([{ id: made.id }]);
    await far.close();
  });

  it('does not repeat an edit, what will be refused again, or what is not worth the wait', async () => {
    const far = await startStubServer((req, res) =>
      req.method === 'PATCH' ? reset(res) : void res.writeHead(503, { 'retry-after': '3600' }).end('<h1>Maintenance</h1>'),
    );
    const through = createClient({ baseUrl: far.url, token: ADMIN_TOKEN });
    const path = { segment_id: '5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e' };

    const edit = through.patch('/segments/{segment_id}', { path, headers: { 'If-Match': '*' }, body: { name: 'New' } });
    await expect(edit).rejects.toThrow(NoAnswer);
    await expect(through.get('/segments')).rejects.toMatchObject({
      status: 503,
      code: 'unexpected',
      retryAfterSeconds: 3600,
    });

    expect(far.requests).toHaveLength(2);
    await far.close();
  });

  it('gives up when it is told to, also while it waits', async () => {
    const far = await startStubServer((_req, res) => void res.writeHead(503, { 'retry-after': '30' }).end());
    const through = createClient({ baseUrl: far.url, token: ADMIN_TOKEN });
    const leave = new AbortController();

    const call = through.get('/segments', { signal: leave.signal });
    await far.received(1);
    leave.abort(new Error('never mind'));

    await expect(call).rejects.toThrow('never mind');
    expect(far.requests).toHaveLength(1);
    await far.close();
  });
});
