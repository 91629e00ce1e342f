import * as http from 'node:http';
import { modelLimits } from '../src/ai/bounded.language-model';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import type { FakeModel } from './support/fake-model';
import { startServer, wires } from './support/remote-models';
import { hang } from './support/stub-server';

const SENTENCE = 'gastaron 100 € en 90 días';
const answer = (filters: unknown, unknowns: string[] = []) => JSON.stringify({ filters, unknowns });

describe.each(wires)('a segment from a sentence, with %s', (_provider, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  beforeAll(async () => {
    jest.replaceProperty(modelLimits, 'failures', 1000); // it is made to fail over and over, and is to be asked all the same
    server = await startServer(wire);
    app = await startApp({ ...wire.settings(server.url), LLM_TIMEOUT_SECONDS: 2 });
    const shop = (store_name: string, facts: object) => ({ store_name, ...facts });
    await app.make.customer({}, shop('Forn Vell', { days_ago: 3, total_amount: 120, ticket_type: 'online' }));
    await app.make.customer({}, shop('Mercat de Sants', { days_ago: 200, total_amount: 120 }));
    await app.make.customer({ is_active: false }, shop('Old Town', { days_ago: 3, total_amount: 120 }));
    for (let i = 0; i < 20; i++)
      await app.make.customer({ preferences: { diet: 'vegan', ...(i < 19 && { club: 'chess' }) } });
  });
  beforeEach(() => (server.requests.length = 0));
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  const segments = async (): Promise<{ name: string }[]> => (await app.api.get('/segments').expect(200)).body;

  const create = (body: object, ...says: string[]) => {
    server.says(...says);
    return app.api.post('/segments').send({ name: 'Drafted', ...body });
  };
  const refused = async (body: object, ...says: string[]) => {
    const before = (await segments()).length;
    const { body: problem } = await create(body, ...says).expect(422);
    expect(problem.type).toBe('urn:crm-service:problem:draft-not-usable');
    expect(await segments()).toHaveLength(before);
    return problem.errors;
  };

  it('saves the rule, with names as the data has them, after a second round too', async () => {
    const { body } = await create(
      { prompt: 'compraron en forn vell' },
      'Sorry',
      answer({ stores_in: ['forn vell'] }),
    ).expect(201);

    expect(body.filters).toEqual({ stores_in: ['Forn Vell'] });
  });

  it('joins it with the filters of the caller, which win', async () => {
    const drafted = answer({ last_days: 30, min_total_spent: 100 });
    const prompt = '100 € en 30 días';
    const joined = async (filters: object, says = drafted) =>
      (await create({ prompt, filters }, says).expect(201)).body.filters;

    expect(await joined({ last_days: 7 })).toEqual({ last_days: 7, min_total_spent: 100 });
    const tree = {
      any: [
        { last_days: 30, min_total_spent: 100 },
        { last_days: 30, max_num_purchases: 0 },
      ],
    };
    expect(await joined({ roles_in: ['vendor'] }, answer(tree))).toEqual({ all: [{ roles_in: ['vendor'] }, tree] });
    expect(await joined({}, answer(tree).replace('"max_num_purchases":0', '"min_num_purchases":2'))).toMatchObject({
      any: [{}, { min_num_purchases: 2 }],
    });
  });

  it('saves nothing while a part of the sentence is not in the rule, and says which', async () => {
    expect(await refused({ prompt: 'women who spent 100 €' }, answer({ min_total_spent: 100 }, ['women']))).toEqual([
      { pointer: '/prompt', detail: 'was not understood: "women"' },
    ]);
    expect(await refused({ prompt: SENTENCE }, answer({ last_days: 90 }))).toEqual([
      { pointer: '/prompt', detail: 'was not understood: "100 €"' },
    ]);
  });

  it('saves nothing with names that do not exist, and says which come near; what the model made up it does not repeat', async () => {
    const not = { not: { stores_in: ['Mercat de Sanz'], roles_in: ['raw-words'] } };

    expect(await refused({ prompt: 'nunca en Mercat de Sanz' }, answer(not))).toEqual([
      { pointer: '/prompt', detail: 'there is no store "Mercat de Sanz"; nearest: "Mercat de Sants"' },
      { pointer: '/prompt', detail: 'there is no role of the name the model gave it' },
    ]);
  });

  it('saves nothing that the model made up', async () => {
    expect(await refused({ prompt: 'select everyone' }, answer({ not: { last_days: 3650 } }))).toEqual([
      { pointer: '/prompt', detail: 'does not say what the model put at /not/last_days' },
    ]);
  });

  it('saves nothing that reaches every customer there is', async () => {
    const EVERYONE = [{ pointer: '/filters', detail: 'would match every customer' }];
    const halves = { any: [{ min_total_spent: 5 }, { max_total_spent: 5 }] };

    expect(await refused({ prompt: 'everyone' }, answer({}))).toEqual(EVERYONE);
    expect(await refused({ prompt: '5 € or more, or at most 5 €' }, answer(halves))).toEqual(EVERYONE);
    expect(await refused({ prompt: '100 €', filters: { min_total_spent: 0 } }, answer({ min_total_spent: 100 }))).toEqual(
      EVERYONE,
    );
  });

  it('stops the model when the caller leaves, and saves nothing', async () => {
    const before = (await segments()).length;
    const stopped = new Promise<void>((resolve) =>
      server.misbehaves((_req, res) => {
        hang(res);
        res.once('close', resolve);
      }),
    );
    server.requests.length = 0;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` };
    const leaving = http.request(`${app.url}/segments`, { method: 'POST', headers });
    leaving.on('error', () => undefined).end(JSON.stringify({ name: 'Left', prompt: SENTENCE }));
    await server.received(1);
    leaving.destroy();

    await stopped;
    expect(await segments()).toHaveLength(before);
  });
});
