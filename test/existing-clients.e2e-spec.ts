import { startApp, type TestApp } from './support/app';
import { type FakeOllama, startFakeOllama } from './support/fake-ollama';
import { answerJson, type StubServer, startStubServer } from './support/stub-server';

/** The calls of an admin page that was there before us, in its order, with the token of an auth service that was there before us. */
const TOKEN = 'eyJhbGciOi.a-token-of-the-existing-service.x';

let auth: StubServer;
let ollama: FakeOllama;
let app: TestApp;
beforeAll(async () => {
  auth = await startStubServer((request, response) => {
    const known = request.url === '/users/me' && request.headers.authorization === `Bearer ${TOKEN}`;
    answerJson(
      response,
      known ? 200 : 401,
      known ? { id: '42', role: 'admin', email: 'admin@example.invalid' } : { detail: 'Unauthorized' },
    );
  });
  ollama = await startFakeOllama();
  app = await startApp({ ADMIN_TOKENS: [], WORKER_TOKENS: [], AUTH_SERVICE_URL: auth.url, OLLAMA_HOST: ollama.url });
});
afterAll(async () => {
  await app.close();
  await auth.close();
  await ollama.close();
});

describe('the existing admin page', () => {
  it('works unchanged, call by call', async () => {
    const page = app.as(TOKEN);
    const ana = await app.make.customer({}, { days_ago: 2, total_amount: 150 });
    const bea = await app.make.customer({ preferences: { diet: 'vegan' } });
    await app.make.customer();

    const spenders = await page
      .post('/segments')
      .send({ name: 'Spenders', description: '', filters: { last_days: 90, min_total_spent: 100 } })
      .expect(201);
    ollama.says('{"preferences_contains": {"diet": "vegan"}}');
    const vegans = await page
      .post('/segments')
      .send({ name: 'Vegans', description: '', filters: {}, prompt: 'everyone who eats vegan' })
      .expect(201);
    expect(vegans.body.filters).toEqual({ preferences_contains: { diet: 'vegan' } });

    const segments = await page.get('/segments').expect(200);
    expect(segments.body).toEqual([vegans.body, spenders.body]);
    await page.get(`/segments/${spenders.body.id}`).expect(200, spenders.body);
    await page.post(`/segments/${spenders.body.id}/preview-users`).expect(200, [ana.id]);
    await page.post(`/segments/${vegans.body.id}/preview-users?limit=1000`).send({}).expect(200, [bea.id]);

    ollama.says('Fresh from the market, just for you.');
    const segment_ids = [spenders.body.id, vegans.body.id];
    const campaign = await page
      .post('/campaigns')
      .send({ name: 'Autumn', description: 'harvest', message: '', segment_ids })
      .expect(201);
    expect(campaign.body.message).toBe('Fresh from the market, just for you.');
    await page.get('/campaigns').expect(200, [campaign.body]);
    await page.get(`/campaigns/${campaign.body.id}`).expect(200, campaign.body);
    await page.post(`/campaigns/${campaign.body.id}/preview-users`).expect(200, [ana.id, bea.id].sort());

    await page.post(`/campaigns/${campaign.body.id}/dispatch`).expect(200);
    const queued = await page.get('/notifications?status=queued').expect(200);
    expect(queued.body.map((n: { user_id: string }) => n.user_id).sort()).toEqual([ana.id, bea.id].sort());
    expect(queued.body[0]).toMatchObject({
      campaign_id: campaign.body.id,
      status: 'queued',
      message: campaign.body.message,
    });

    await page
      .post(`/notifications/${queued.body[0].id}/mark-sent`)
      .send({ delivery_info: { via: 'webpush' } })
      .expect(200);
    await page.post(`/notifications/${encodeURIComponent(queued.body[1].id)}/mark-sent`).expect(200);
    await page.get('/notifications?status=queued').expect(200, []);
    expect((await page.get('/notifications?status=sent').expect(200)).body).toHaveLength(2);

    ollama.says('Three ideas…');
    await page
      .post('/ai/generate')
      .send({ prompt: 'ideas', system: 'be brief', temperature: 0.2, max_tokens: 50 })
      .expect(200, { text: 'Three ideas…' });

    expect(auth.requests).toHaveLength(1); // asked once, remembered for the rest
  });

  it('lets nobody in with another token', async () => {
    await app.as('somebody-elses-token').get('/segments').expect(401);
    await app.as().get('/segments').expect(401);
  });

  it('saves no segment when the model is down, and says what to do', async () => {
    await ollama.close();
    const before = (await app.as(TOKEN).get('/segments')).headers['x-total-count'];

    const answer = await app
      .as(TOKEN)
      .post('/segments')
      .send({ name: 'Lost', description: '', filters: {}, prompt: 'everyone' })
      .expect(503);

    expect(answer.body.type).toBe('urn:crm-service:problem:model-unavailable');
    expect((await app.as(TOKEN).get('/segments')).headers['x-total-count']).toBe(before);
  });
});
