import { Builder } from './support/builder';
import { customersWhere, makeCustomers } from './support/customers';
import { describeInBrowser } from './support/describe-in-browser';
import { HOSTILE, LINKED, type ModelDashboard, openWithModel } from './support/model-dashboard';
import { problemsInEverySeat } from './support/seats';

const MANY = 40;

describeInBrowser('a model that suggests', () => {
  let at: ModelDashboard;
  beforeAll(async () => {
    at = await openWithModel();
    await makeCustomers(at.on.app.db, MANY);
  });
  afterAll(() => at?.close());
  afterEach(async () => {
    await at.honest();
    expect(at.tab.noticed.splice(0)).toEqual([]);
  });

  describe('a rule for a sentence', () => {
    let builder: Builder;
    const suggested = () => at.page.getByRole('region', { name: 'Suggested rule' });
    const describes = async (sentence: string) => {
      const field = at.page.getByLabel('Whom do you mean?');
      if (!(await field.isVisible())) await at.button('Describe it in words').click();
      await field.fill(sentence);
      await at.button(/^Make (a rule of it|another rule)$/).click();
    };
    beforeEach(async () => {
      builder = new Builder(at.page);
      await at.tab.open('/segments/new');
    });

    it('shows what it says and how many that is, and is put into the builder by whoever uses it', async () => {
      at.says({ filters: { min_num_purchases: 3 }, unknowns: [] });
      await describes('who bought at least 3 times');

      const wanted = customersWhere(MANY, (i) => i % 5 >= 3);
      await suggested().getByText('Customers who made at least 3 purchases').waitFor();
      await suggested().getByText(String(wanted), { exact: true }).waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);

      await at.button('Use this rule').click();
      expect(await builder.count()).toBe(wanted);
      expect(await at.page.getByRole('textbox', { name: 'Bought at least' }).inputValue()).toBe('3 purchases');
      expect(at.tab.asked.filter((asked) => asked === 'POST /segments')).toEqual([]);
      expect(await problemsInEverySeat(at.page)).toEqual([]);
    });

    it('asks before it takes the place of another, which can be taken back', async () => {
      await builder.addCondition(builder.part('1'), 'Bought at most');
      const own = at.page.getByRole('textbox', { name: 'Bought at most' });
      await own.fill('2');
      at.says({ filters: { min_num_purchases: 3 }, unknowns: [] });
      await describes('who bought at least 3 times');

      await at.button('Use this rule').click();
      const dialog = at.page.getByRole('dialog', { name: 'Replace your rule?' });
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(await own.inputValue()).toBe('2 purchases');
      await at.button('Use this rule').click();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Replace it' }).click();
      expect(await builder.count()).toBe(customersWhere(MANY, (i) => i % 5 >= 3));
      expect(await own.count()).toBe(0);

      await at.button('Take the rule of before back').click();
      expect(await own.inputValue()).toBe('2 purchases');
      expect(await builder.count()).toBe(customersWhere(MANY, (i) => i % 5 <= 2));
    });

    it('tells what is not in it, and puts a name that exists in the place of one that does not', async () => {
      at.says({ filters: { stores_in: ['Boqeria'] }, unknowns: ['women'] });
      await describes('women who buy in Boqeria');

      await suggested().getByText('Not in the rule: “women”.').waitFor();
      await suggested().getByText('You have no store called “Boqeria”.').waitFor();
      await suggested().getByText('0', { exact: true }).waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      await at.button('Boqueria').click();
      const buyers = customersWhere(MANY, (i) => i % 3 === 1 && i % 5 > 0);
      await suggested().getByText(String(buyers), { exact: true }).waitFor();
      await at.button('Use this rule').click();

      expect(await builder.count()).toBe(buyers);
    });

    it('that nothing came of tells what was not understood', async () => {
      at.says({ filters: {}, unknowns: ['left-handed'] });
      await describes('left-handed people');

      await at.alert('No rule came of it').getByText('“left-handed”').waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      expect(await at.page.getByLabel('Whom do you mean?').inputValue()).toBe('left-handed people');
    });

    it('can be called off while the model is slow, which stops it', async () => {
      const gone = at.hangs();
      await describes('who bought at least 3 times');
      await at.page.getByRole('status').filter({ hasText: 'The model is at work…' }).waitFor();
      await at.button('Stop').click();

      await gone;
      await at.page.getByRole('status').filter({ hasText: 'Stopped.' }).waitFor();
      at.says({ filters: { min_num_purchases: 3 }, unknowns: [] });
      await at.button('Make another rule').click();
      await suggested().getByText('Customers who made at least 3 purchases').waitFor();
    });

    it('with markup in it is text', async () => {
      at.says({
        filters: { stores_in: [HOSTILE, LINKED], preferences_contains: { [HOSTILE]: LINKED } },
        unknowns: [HOSTILE],
      });
      await describes(`who buys in ${HOSTILE} or ${LINKED}`);

      await suggested().getByText(HOSTILE).first().waitFor();
      expect(await problemsInEverySeat(at.page)).toEqual([]);
      await at.button('Use this rule').click();
      expect(await builder.count()).toBe(0);
    });
  });

  it('that is down leaves everything usable', async () => {
    const { id } = await at.on.app.make.customer({ email: 'shopper@example.invalid' }, {});
    await at.model.close();
    await at.tab.open('/segments/new');
    const builder = new Builder(at.page);
    await at.button('Describe it in words').click();
    await at.page.getByLabel('Whom do you mean?').fill('who bought something');
    await at.button('Make a rule of it').click();
    await at.alert('The model gave no answer').waitFor();
    expect(await problemsInEverySeat(at.page)).toEqual([]);
    await builder.name('Made by hand');
    await builder.addCondition(builder.part('1'), 'Bought at least');
    await at.page.getByRole('textbox', { name: 'Bought at least' }).fill('4');
    expect(await builder.count()).toBe(customersWhere(MANY, (i) => i % 5 >= 4));
    await builder.save();
    await at.page.getByRole('heading', { level: 1, name: 'Made by hand' }).waitFor();

    await at.tab.open('/campaigns/new');
    await at.button('Suggest messages with AI').click();
    await at.page.getByLabel('What should it achieve?').fill('Pumpkins');
    await at.button('Suggest messages').click();
    await at.alert('The model gave no answer').waitFor();
    await at.page.getByRole('textbox', { name: 'Message', exact: true }).fill('My own words');
    expect(await problemsInEverySeat(at.page)).toEqual([]);

    await at.tab.open(`/customers/${id}`);
    await at.button('Suggest preferences').click();
    await at.alert('The model gave no answer').waitFor();
    expect(await problemsInEverySeat(at.page)).toEqual([]);
  });
});
