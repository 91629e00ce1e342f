import { ollamaWire } from '../support/fake-ollama';
import type { CustomerFacts, PurchaseFacts } from '../support/make';
import { makeCustomers } from './support/customers';
import { describeInBrowser } from './support/describe-in-browser';
import { HOSTILE, LINKED, type ModelDashboard, openWithModel } from './support/model-dashboard';
import { problemsInEverySeat } from './support/seats';

describeInBrowser('what a model suggests', () => {
  let at: ModelDashboard;
  beforeAll(async () => {
    at = await openWithModel();
    await makeCustomers(at.on.app.db, 40);
  });
  afterAll(() => at?.close());
  afterEach(async () => {
    await at.honest();
    expect(at.tab.noticed.splice(0)).toEqual([]);
  });

  let made = 0;
  const customer = (facts: CustomerFacts, ...purchases: PurchaseFacts[]) =>
    at.on.app.make.customer({ email: `shopper-${++made}@example.invalid`, ...facts }, ...purchases);

  describe('messages', () => {
    const suggested = () => at.page.getByRole('region', { name: 'Suggested messages' });
    const field = (name: string) => at.page.getByRole('textbox', { name, exact: true });
    const asks = async (goal: string) => {
      await at.button('Suggest messages with AI').click();
      await at.page.getByLabel('What should it achieve?').fill(goal);
      await at.button('Suggest messages').click();
    };

    it('are offered with their length, for the audience as it is, and one is taken and given back', async () => {
      const regulars = await at.on.shop.segment('Regulars', { min_num_purchases: 1 });
      at.says({
        variants: [
          { title: 'Pumpkins', message: 'The first pumpkins are in.' },
          { title: 'Autumn', message: 'Autumn is here, and so are the pumpkins.' },
          { title: 'Bad', message: 'Look at https://example.invalid/' },
        ],
      });
      await at.tab.open(`/campaigns/new?segment=${regulars.id}`);
      await field('Title').fill('Mine');
      await field('Message').fill('My own words');
      await asks('The first pumpkins');

      await at.page.getByText('For “Regulars”, by Web push.').waitFor();
      const second = suggested().getByRole('listitem', { name: 'Message 2' });
      await second.getByText('40 of 240 characters · title 6 of 65').waitFor();
      await suggested().getByText('1 more was left out').waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      await second.getByRole('button', { name: 'Use this one' }).click();
      expect(await field('Message').inputValue()).toBe('Autumn is here, and so are the pumpkins.');
      expect(await field('Title').inputValue()).toBe('Autumn');
      await suggested().getByRole('button', { name: 'Use this one: message 1' }).click();
      await at.button('What the model was told about your customers').click();
      await suggested()
        .getByText(/^About \d+ customers$/)
        .waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);

      await at.button('Take my text back').click();
      expect([await field('Title').inputValue(), await field('Message').inputValue()]).toEqual(['Mine', 'My own words']);
    });

    it('none of which can be used say so', async () => {
      at.says({ variants: [{ title: 'Hello {{ secret }}', message: '{{ secret }}' }] });
      await at.tab.open('/campaigns/new');
      await asks('The first pumpkins');

      await at.alert('No usable message came of it').waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
    });

    it('are text, whatever the service lets through', async () => {
      await at.answers('**/ai/messages', {
        variants: [
          { title: HOSTILE, message: LINKED + HOSTILE, characters: 150, sms_messages: null, placeholders: [HOSTILE] },
        ],
        audience: {
          customers: 20,
          stores: [{ name: HOSTILE, percent: 50 }],
          preferences: [{ field: HOSTILE, value: LINKED, percent: 50 }],
        },
        refused: [{ reason: HOSTILE }],
      });
      await at.tab.open('/campaigns/new');
      await asks('The first pumpkins');
      for (const opener of ['Why', 'What the model was told about your customers']) await at.button(opener).click();

      await suggested()
        .getByText(LINKED + HOSTILE)
        .waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      await suggested().getByRole('button', { name: 'Use this one' }).click();
      expect(await field('Message').inputValue()).toBe(LINKED + HOSTILE);
    });
  });

  describe('one message', () => {
    const field = () => at.page.getByRole('textbox', { name: 'Message', exact: true });
    const draft = () => at.page.getByRole('region', { name: 'Draft', exact: true });
    const asks = async () => {
      await at.tab.open('/campaigns/new');
      await field().fill('Mine');
      await at.button('Suggest messages with AI').click();
      await at.page.getByText('One, as it is written').click();
      await at.page.getByLabel('What should it say?').fill('Shorter');
      await at.button('Write').click();
    };

    it('is seen while it is written of the one there is, can be stopped, and is taken', async () => {
      at.model.misbehaves((_req, res) => void res.writeHead(200).write(ollamaWire.piece('The first pumpkins')));
      await asks();

      await draft().getByText('The first pumpkins').waitFor();
      expect(await at.button('Use this text').isDisabled()).toBe(true);
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      expect(at.model.calls().at(-1)?.prompt).toBe('The message so far: “Mine”\n\nShorter');
      await at.button('Stop').click();
      await at.button('Use this text').click();
      expect(await field().inputValue()).toBe('The first pumpkins');
      await at.button('Take my text back').click();
      expect(await field().inputValue()).toBe('Mine');
    });

    it('is text', async () => {
      at.model.says(LINKED + HOSTILE);
      await asks();

      await at.page.getByText('The answer is below.').waitFor({ state: 'attached' });
      expect(await problemsInEverySeat(at.page)).toEqual([]);
    });
  });

  describe('preferences', () => {
    const card = () =>
      at.page.locator('section').filter({ has: at.page.getByRole('heading', { name: 'What their purchases suggest' }) });
    const tea = { products: [{ name: 'Green tea' }] };

    it('of a customer are shown with the purchases they rest on, kept beside their own, and removed', async () => {
      const own = { diet: 'vegan' };
      const { id } = await customer({ preferences: own }, { ...tea, store_name: 'Tea House' }, tea, tea);
      at.says({ preferences: [{ key: 'likes', value: 'Green tea', purchases: [1, 2, 3] }] });
      await at.tab.open(`/customers/${id}`);
      await card().getByText("The customer's own preferences stay as they are.", { exact: false }).waitFor();
      await at.button('Suggest preferences').click();

      await card().getByText('Green tea').first().waitFor();
      await at.button('Rests on 3 purchases').click();
      await card().getByText('Tea House').waitFor();
      await card().getByText('by llama', { exact: false }).waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      expect(await at.on.shop.ask('GET', `/customers/${id}`)).toMatchObject({ preferences: own });

      await at.tab.open(`/customers/${id}`);
      await card().getByText('Green tea').first().waitFor();
      await card().getByRole('button', { name: 'Remove' }).click();
      await card().getByText('Nothing was suggested for this customer yet.').waitFor();
    });

    it('of a customer who bought nothing, or asked not to be messaged, are not suggested, and it says why', async () => {
      const { id } = await customer({});
      await at.tab.open(`/customers/${id}`);
      await at.button('Suggest preferences').click();
      await card().getByText('There is no purchase yet').waitFor();

      await at.on.app.make.purchase({ id }, tea);
      await at.on.shop.ask('POST', '/suppressions', { user_id: id, reason: 'unsubscribed' });
      await at.button('Suggest preferences').click();
      await card().getByText('Nothing is inferred about this customer').waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
    });

    it('that cannot be used are not kept', async () => {
      const { id } = await customer({}, tea, tea, tea);
      at.says({ preferences: [{ key: 'likes', value: HOSTILE, purchases: [1, 2] }] });
      await at.tab.open(`/customers/${id}`);
      await at.button('Suggest preferences').click();

      await at.alert('The model gave no answer').getByText('Nothing the model wrote could be used.').waitFor();
      await card().getByText('Nothing was suggested for this customer yet.').waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
    });

    it('are text, whatever the service lets through, and so are the purchases', async () => {
      const { id } = await customer({}, { store_name: HOSTILE, products: [LINKED] });
      const [{ id: purchase }] = await at.on.shop.ask<{ id: string }[]>('GET', `/customers/${id}/purchases`);
      await at.answers('**/ai/preferences/*', {
        user_id: id,
        preferences: { [HOSTILE]: [LINKED] },
        evidence: [{ key: HOSTILE, value: LINKED, purchase_ids: [purchase, HOSTILE] }],
        model: HOSTILE,
        inferred_at: new Date().toISOString(),
      });
      await at.tab.open(`/customers/${id}`);
      await at.button('Rests on 2 purchases').click();

      await card().getByText(LINKED).nth(1).waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
    });
  });
});
