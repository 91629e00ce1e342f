import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { modelLimits } from '../src/ai/bounded.language-model';
import { startApp, type TestApp } from './support/app';
import type { FakeModel } from './support/fake-model';
import { startServer, wires } from './support/remote-models';

const autumn = { title: 'Tardor', message: 'Ja són aquí les carbasses!' };
const answer = (...variants: object[]) => JSON.stringify({ variants });

describe.each(wires)('POST /ai/messages, with %s', (provider, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  /** 24 customers of Old Town, 21 of them vegan, 22 with a name; and three of their own. */
  let known: { id: string };
  beforeAll(async () => {
    jest.replaceProperty(modelLimits, 'failures', 1000);
    server = await startServer(wire);
    app = await startApp(wire.settings(server.url));
    const { make } = app;
    for (let i = 0; i < 24; i++)
      await make.customer(
        {
          role: 'known',
          preferences: {
            ...(i < 21 ? { diet: 'vegan', likes: ['tea', `rare-${i}`], address: { city: 'Reus' } } : { diet: 'raw' }),
            ...(i < 22 && { first_name: `Name-${i}` }),
            ...(i < 20 && { 'not a placeholder': 'x', __proto: 1 }),
            ...(i < 19 && { points: 7 }),
          },
        },
        { store_name: 'Old Town', days_ago: 3 },
        { store_name: i < 20 ? 'Market Hall' : `Corner ${i}` },
        ...(i < 19 ? [{ store_name: 'Nearly' }] : []),
      );
    for (let i = 0; i < 19; i++)
      await make.customer({ role: 'few', preferences: { diet: 'keto' } }, { store_name: 'Old Town' });
    known = await make.segment({ roles_in: ['known'] });
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.says(answer(autumn));
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  const draft = (body: object) => app.api.post('/ai/messages').send({ goal: 'Carbasses noves', ...body });
  /** System text, prompt and schema of the last call, whichever way they go. */
  const sent = () => {
    const call = server.calls().at(-1) as {
      prompt?: string;
      system?: string;
      format?: object;
      messages?: { content: string }[];
      response_format?: { json_schema: { schema: object } };
    };
    const [system, prompt] = call.messages?.map(({ content }) => content) ?? [call.system!, call.prompt!];
    return { system, prompt, format: call.format ?? call.response_format!.json_schema.schema };
  };

  it('is what a campaign without a message takes: its segments, its channel, one message without placeholders', async () => {
    server.says(answer({ message: 'a'.repeat(241) }), answer({ message: 'Ja hi ha carbasses!' }));
    const body = { name: 'Tardor', description: 'Carbasses', segment_ids: [known.id], channel: 'ios' };

    const made = await app.api.post('/campaigns').send(body).expect(201);

    expect(made.body).toMatchObject({ title: null, message: 'Ja hi ha carbasses!' });
    const { prompt, system } = sent();
    const [request, again] = prompt.split('\n');
    expect(JSON.parse(request.replace('Request: ', ''))).toMatchObject({
      name: 'Tardor',
      description: 'Carbasses',
      channel: 'ios',
      audience: { customers: 24, stores: [{ name: 'Old Town' }, { name: 'Market Hall' }] },
    });
    expect(again).toBe('Your last answer could not be used: has more than 240 characters. Write it anew.');
    expect(system).toContain('no placeholders');
  });

  it('is drafted for a campaign whose segments are all inactive, without an audience', async () => {
    const gone = await app.make.segment({ last_days: 1 });
    await app.api.delete(`/segments/${gone.id}`).expect(204);

    await app.api
      .post('/campaigns')
      .send({ name: 'Tardor', segment_ids: [gone.id] })
      .expect(201);

    expect(sent().prompt).toBe('Request: {"name":"Tardor","description":""}');
  });

  it('never sends anything of one customer, whatever stands in it', async () => {
    const role = `canary-${provider}`;
    const segment = await app.make.segment({ roles_in: [role] });
    /** What fewer than 20 share: of each customer something in every field. */
    const canaries: string[] = [];
    const canary = (text: string) => (canaries.push(text), text);
    const words = fc
      .string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 12 })
      .map((text) => text.replace(/[^a-z0-9]/gi, 'q'));
    const customers = fc.array(
      fc.record({ key: words, value: words, store: words, amount: fc.integer({ min: 100_000, max: 999_999 }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    const shared = { diet: 'vegan' };
    for (let i = 0; i < 30; i++) await app.make.customer({ role, preferences: shared }, { store_name: 'Old Town' });

    await fc.assert(
      fc.asyncProperty(customers, async (made) => {
        for (const [i, { key, value, store, amount }] of made.entries()) {
          const id = canary(randomUUID());
          const preferences = {
            ...shared,
            [canary(`k${key}-${i}`)]: canary(`v${value}`),
            list: [canary(`l${value}`)],
            in: { [canary(`n${key}`)]: canary(`m${value}`) },
          };
          await app.make.customer(
            { id, email: canary(`${id.slice(0, 8)}-${key}@canary.example`), role, preferences },
            {
              store_name: canary(`s${store}`),
              products: [{ name: canary(`p${store}`) }],
              ticket_type: canary(`t${store}`),
              total_amount: Number(canary(String(amount))),
            },
          );
        }
        server.requests.length = 0;
        server.says(answer({ title: 'x', message: '{{ wrong }}' }), answer(autumn));
        await draft({ segment_ids: [segment.id], channel: 'email' }).expect(200);
        server.says(answer(autumn));
        await app.api
          .post('/campaigns')
          .send({ name: 'Tardor', segment_ids: [segment.id] })
          .expect(201);

        const text = JSON.stringify(server.requests);
        expect(server.requests).toHaveLength(3);
        expect(text).toContain('vegan');
        expect(canaries.filter((one) => text.includes(one))).toEqual([]);
        const ids = await app.db.query<{ id: string; ticket_id: string }>('SELECT id, ticket_id FROM purchase_history');
        expect(ids.filter(({ id, ticket_id }) => text.includes(id) || text.includes(ticket_id))).toEqual([]);
        expect(text).not.toContain(role); // nor the rule
      }),
      { numRuns: 5 },
    );
  });
});
