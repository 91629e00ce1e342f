import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { startApp, type TestApp } from './support/app';
import type { FakeModel } from './support/fake-model';
import { startServer, wires } from './support/remote-models';

const autumn = { title: 'Tardor', message: 'Ja són aquí les carbasses!' };
const variants = (...drafts: object[]) => JSON.stringify({ variants: drafts });
const tea = { key: 'likes', value: 'tea', purchases: [1, 2] };
const preferences = (...inferred: object[]) => JSON.stringify({ preferences: inferred });

describe.each(wires)('with %s', (provider, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  beforeAll(async () => {
    server = await startServer(wire);
    app = await startApp(wire.settings(server.url));
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  it('messages are drafted without anything of one customer, whatever stands in it', async () => {
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
        server.says(variants({ title: 'x', message: '{{ wrong }}' }), variants(autumn));
        await app.api
          .post('/ai/messages')
          .send({ goal: 'Carbasses', segment_ids: [segment.id], channel: 'email' })
          .expect(200);
        server.says(variants(autumn));
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

  it('preferences are inferred from stores and products alone, whatever else stands in a customer', async () => {
    const words = fc.string({ minLength: 6, maxLength: 12 }).map((text) => `q${text.replace(/[^a-z0-9]/gi, 'q')}`);
    const facts = fc.record({
      email: words,
      role: words,
      key: words,
      value: words,
      type: words,
      amount: fc.integer({ min: 100_000, max: 999_999 }),
    });
    await fc.assert(
      fc.asyncProperty(facts, async ({ email, role, key, value, type, amount }) => {
        const id = randomUUID();
        await app.make.customer(
          { id, email: `${email}-${id}@canary.example`, role, preferences: { [key]: value } },
          ...[1, 2, 3].map((n) => ({
            store_name: 'Old Town',
            products: [{ name: 'tea', price: amount, sku: `sku-${value}`, id: randomUUID(), note: value }, id],
            ticket_type: type,
            total_amount: amount + n,
          })),
        );
        server.requests.length = 0;
        server.says(preferences({ ...tea, purchases: [9] }), preferences(tea)); // asked twice
        await app.api.post(`/ai/preferences/${id}`).expect(200);

        expect(server.requests).toHaveLength(2);
        const bodies = server.requests.map(({ body }) => body).join('');
        const headers = JSON.stringify(server.requests.map((request) => request.headers));
        const rows = await app.db.query<Record<string, string>>('SELECT * FROM purchase_history WHERE user_id = $1', [id]);
        const kept = rows.flatMap((row) => [row.id, row.ticket_id, row.total_amount]);
        const found = [id, id.slice(0, 8), email, 'canary', role, key, value, type, String(amount), ...kept].filter((one) =>
          (bodies + headers).includes(one),
        );
        expect(found).toEqual([]);
        expect(bodies).not.toMatch(/20\d\d-\d\d-\d\d/);
      }),
      { numRuns: 8 },
    );
  });
});
