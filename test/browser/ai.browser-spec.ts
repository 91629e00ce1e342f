import type { Page } from 'playwright-core';
import { type FakeOllama, startFakeOllama } from '../support/fake-ollama';
import type { CustomerFacts, PurchaseFacts } from '../support/make';
import { Builder } from './support/builder';
import { customersWhere, makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { problemsInEverySeat } from './support/seats';
import type { Visit } from './support/visit';

const MANY = 40;
const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script><svg/onload=alert(3)>';
const LINKED = '![x](https://example.invalid/pixel.png) javascript:alert(4)';

describeInBrowser('a model that suggests', () => {
  let model: FakeOllama;
  let on: Dashboard;
  let tab: Visit;
  let page: Page;
  beforeAll(async () => {
    model = await startFakeOllama();
    on = await openDashboard(undefined, { OLLAMA_HOST: model.url });
    await makeCustomers(on.app.db, MANY);
    tab = await on.visit();
    page = tab.page;
  });
  afterAll(async () => {
    await on?.close();
    await model?.close();
  });
  afterEach(async () => {
    await page.unrouteAll();
    expect(tab.noticed.splice(0)).toEqual([]);
  });

  const says = (...answers: object[]) => model.says(...answers.map((answer) => JSON.stringify(answer)));
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const alert = (title: string) => page.getByRole('alert').filter({ hasText: title });
  let made = 0;
  const customer = (facts: CustomerFacts, ...purchases: PurchaseFacts[]) =>
    on.app.make.customer({ email: `shopper-${++made}@example.invalid`, ...facts }, ...purchases);
  /** What the service would answer, had it checked nothing. */
  const answers = (url: string, json: object) => page.route(url, (route) => route.fulfill({ json }));
  /** The model takes the question and gives no answer. Resolves once whoever asked has gone. */
  const hangs = (): Promise<void> =>
    new Promise((gone) => model.misbehaves((_req, res) => void res.once('close', () => gone())));

  describe('a rule for a sentence', () => {
    let builder: Builder;
    const suggested = () => page.getByRole('region', { name: 'Suggested rule' });
    const describes = async (sentence: string) => {
      const field = page.getByLabel('Whom do you mean?');
      if (!(await field.isVisible())) await button('Describe it in words').click();
      await field.fill(sentence);
      await button(/^Make (a rule of it|another rule)$/).click();
    };
    beforeEach(async () => {
      builder = new Builder(page);
      await tab.open('/segments/new');
    });

    it('shows what it says and how many that is, and is put into the builder by whoever uses it', async () => {
      says({ filters: { min_num_purchases: 3 }, unknowns: [] });
      await describes('who bought at least 3 times');

      const wanted = customersWhere(MANY, (i) => i % 5 >= 3);
      await suggested().getByText('Customers who made at least 3 purchases').waitFor();
      await suggested().getByText(String(wanted), { exact: true }).waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);

      await button('Use this rule').click();
      expect(await builder.count()).toBe(wanted);
      expect(await page.getByRole('textbox', { name: 'Bought at least' }).inputValue()).toBe('3 purchases');
      expect(tab.asked.filter((asked) => asked === 'POST /segments')).toEqual([]);
      expect(await problemsInEverySeat(page)).toEqual([]);
    });

    it('asks before it takes the place of another, which can be taken back', async () => {
      await builder.addCondition(builder.part('1'), 'Bought at most');
      const own = page.getByRole('textbox', { name: 'Bought at most' });
      await own.fill('2');
      says({ filters: { min_num_purchases: 3 }, unknowns: [] });
      await describes('who bought at least 3 times');

      await button('Use this rule').click();
      const dialog = page.getByRole('dialog', { name: 'Replace your rule?' });
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(await own.inputValue()).toBe('2 purchases');
      await button('Use this rule').click();
      expect(await problemsInEverySeat(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Replace it' }).click();
      expect(await builder.count()).toBe(customersWhere(MANY, (i) => i % 5 >= 3));
      expect(await own.count()).toBe(0);

      await button('Take the rule of before back').click();
      expect(await own.inputValue()).toBe('2 purchases');
      expect(await builder.count()).toBe(customersWhere(MANY, (i) => i % 5 <= 2));
    });

    it('tells what is not in it, and puts a name that exists in the place of one that does not', async () => {
      says({ filters: { stores_in: ['Boqeria'] }, unknowns: ['women'] });
      await describes('women who buy in Boqeria');

      await suggested().getByText('Not in the rule: “women”.').waitFor();
      await suggested().getByText('You have no store called “Boqeria”.').waitFor();
      await suggested().getByText('0', { exact: true }).waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
      await button('Boqueria').click();
      const buyers = customersWhere(MANY, (i) => i % 3 === 1 && i % 5 > 0);
      await suggested().getByText(String(buyers), { exact: true }).waitFor();
      await button('Use this rule').click();

      expect(await builder.count()).toBe(buyers);
    });

    it('that nothing came of tells what was not understood', async () => {
      says({ filters: {}, unknowns: ['left-handed'] });
      await describes('left-handed people');

      await alert('No rule came of it').getByText('“left-handed”').waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
      expect(await page.getByLabel('Whom do you mean?').inputValue()).toBe('left-handed people');
    });

    it('can be called off while the model is slow, which stops it', async () => {
      const gone = hangs();
      await describes('who bought at least 3 times');
      await page.getByRole('status').filter({ hasText: 'The model is at work…' }).waitFor();
      await button('Stop').click();

      await gone;
      await page.getByRole('status').filter({ hasText: 'Stopped.' }).waitFor();
      says({ filters: { min_num_purchases: 3 }, unknowns: [] });
      await button('Make another rule').click();
      await suggested().getByText('Customers who made at least 3 purchases').waitFor();
    });

    it('with markup in it is text', async () => {
      says({
        filters: { stores_in: [HOSTILE, LINKED], preferences_contains: { [HOSTILE]: LINKED } },
        unknowns: [HOSTILE],
      });
      await describes(`who buys in ${HOSTILE} or ${LINKED}`);

      await suggested().getByText(HOSTILE).first().waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
      await button('Use this rule').click();
      expect(await builder.count()).toBe(0);
    });
  });

  describe('messages', () => {
    const suggested = () => page.getByRole('region', { name: 'Suggested messages' });
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    const asks = async (goal: string) => {
      await button('Suggest messages with AI').click();
      await page.getByLabel('What is it for?').fill(goal);
      await button('Suggest messages').click();
    };

    it('are offered with their length, for the audience as it is, and one is taken and given back', async () => {
      const regulars = await on.shop.segment('Regulars', { min_num_purchases: 1 });
      says({
        variants: [
          { title: 'Pumpkins', message: 'The first pumpkins are in.' },
          { title: 'Autumn', message: 'Autumn is here, and so are the pumpkins.' },
          { title: 'Bad', message: 'Look at https://example.invalid/' },
        ],
      });
      await tab.open(`/campaigns/new?segment=${regulars.id}`);
      await field('Title').fill('Mine');
      await field('Message').fill('My own words');
      await asks('The first pumpkins');

      await page.getByText('For “Regulars”, by Web push.').waitFor();
      const second = suggested().getByRole('listitem', { name: 'Message 2' });
      await second.getByText('40 of 240 characters · title 6 of 65').waitFor();
      await suggested().getByText('1 more was left out').waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
      await second.getByRole('button', { name: 'Use this one' }).click();
      expect(await field('Message').inputValue()).toBe('Autumn is here, and so are the pumpkins.');
      expect(await field('Title').inputValue()).toBe('Autumn');
      await suggested().getByRole('button', { name: 'Use this one: message 1' }).click();
      await button('What the model was told about your customers').click();
      await suggested()
        .getByText(/^About \d+ customers$/)
        .waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);

      await button('Take my text back').click();
      expect([await field('Title').inputValue(), await field('Message').inputValue()]).toEqual(['Mine', 'My own words']);
    });

    it('none of which can be used say so', async () => {
      says({ variants: [{ title: 'Hello {{ secret }}', message: '{{ secret }}' }] });
      await tab.open('/campaigns/new');
      await asks('The first pumpkins');

      await alert('No usable message came of it').waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
    });

    it('are text, whatever the service lets through', async () => {
      await answers('**/ai/messages', {
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
      await tab.open('/campaigns/new');
      await asks('The first pumpkins');
      for (const opener of ['Why', 'What the model was told about your customers']) await button(opener).click();

      await suggested()
        .getByText(LINKED + HOSTILE)
        .waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
      await suggested().getByRole('button', { name: 'Use this one' }).click();
      expect(await field('Message').inputValue()).toBe(LINKED + HOSTILE);
    });
  });

  describe('preferences', () => {
    const card = () =>
      page.locator('section').filter({ has: page.getByRole('heading', { name: 'What their purchases suggest' }) });
    const tea = { products: [{ name: 'Green tea' }] };

    it('of a customer are shown with the purchases they rest on, kept beside their own, and removed', async () => {
      const own = { diet: 'vegan' };
      const { id } = await customer({ preferences: own }, { ...tea, store_name: 'Tea House' }, tea, tea);
      says({ preferences: [{ key: 'likes', value: 'Green tea', purchases: [1, 2, 3] }] });
      await tab.open(`/customers/${id}`);
      await card().getByText("The customer's own preferences stay as they are.", { exact: false }).waitFor();
      await button('Suggest preferences').click();

      await card().getByText('Green tea').first().waitFor();
      await button('Rests on 3 purchases').click();
      await card().getByText('Tea House').waitFor();
      await card().getByText('by llama', { exact: false }).waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
      expect(await on.shop.ask('GET', `/customers/${id}`)).toMatchObject({ preferences: own });

      await tab.open(`/customers/${id}`);
      await card().getByText('Green tea').first().waitFor();
      await card().getByRole('button', { name: 'Remove' }).click();
      await card().getByText('Nothing was suggested for this customer yet.').waitFor();
    });

    it('of a customer who bought nothing, or asked not to be messaged, are not suggested, and it says why', async () => {
      const { id } = await customer({});
      await tab.open(`/customers/${id}`);
      await button('Suggest preferences').click();
      await card().getByText('There is no purchase yet').waitFor();

      await on.app.make.purchase({ id }, tea);
      await on.shop.ask('POST', '/suppressions', { user_id: id, reason: 'unsubscribed' });
      await button('Suggest preferences').click();
      await card().getByText('Nothing is inferred about this customer').waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
    });

    it('that cannot be used are not kept', async () => {
      const { id } = await customer({}, tea, tea, tea);
      says({ preferences: [{ key: 'likes', value: HOSTILE, purchases: [1, 2] }] });
      await tab.open(`/customers/${id}`);
      await button('Suggest preferences').click();

      await alert('The model gave no answer').getByText('Nothing the model wrote could be used.').waitFor();
      await card().getByText('Nothing was suggested for this customer yet.').waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
    });

    it('are text, whatever the service lets through, and so are the purchases', async () => {
      const { id } = await customer({}, { store_name: HOSTILE, products: [LINKED] });
      const [{ id: purchase }] = await on.shop.ask<{ id: string }[]>('GET', `/customers/${id}/purchases`);
      await answers('**/ai/preferences/*', {
        user_id: id,
        preferences: { [HOSTILE]: [LINKED] },
        evidence: [{ key: HOSTILE, value: LINKED, purchase_ids: [purchase, HOSTILE] }],
        model: HOSTILE,
        inferred_at: new Date().toISOString(),
      });
      await tab.open(`/customers/${id}`);
      await button('Rests on 2 purchases').click();

      await card().getByText(LINKED).nth(1).waitFor();
      expect(await problemsInEverySeat(page)).toEqual([]);
    });
  });

  it('that is down leaves everything usable', async () => {
    const { id } = await customer({}, {});
    await model.close();
    await tab.open('/segments/new');
    const builder = new Builder(page);
    await button('Describe it in words').click();
    await page.getByLabel('Whom do you mean?').fill('who bought something');
    await button('Make a rule of it').click();
    await alert('The model gave no answer').waitFor();
    expect(await problemsInEverySeat(page)).toEqual([]);
    await builder.name('Made by hand');
    await builder.addCondition(builder.part('1'), 'Bought at least');
    await page.getByRole('textbox', { name: 'Bought at least' }).fill('4');
    expect(await builder.count()).toBe(customersWhere(MANY, (i) => i % 5 >= 4));
    await builder.save();
    await page.getByRole('heading', { level: 1, name: 'Made by hand' }).waitFor();

    await tab.open('/campaigns/new');
    await button('Suggest messages with AI').click();
    await page.getByLabel('What is it for?').fill('Pumpkins');
    await button('Suggest messages').click();
    await alert('The model gave no answer').waitFor();
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('My own words');
    expect(await problemsInEverySeat(page)).toEqual([]);

    await tab.open(`/customers/${id}`);
    await button('Suggest preferences').click();
    await alert('The model gave no answer').waitFor();
    expect(await problemsInEverySeat(page)).toEqual([]);
  });
});
