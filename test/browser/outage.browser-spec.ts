import { type FreshDatabase, freshDatabase } from '../support/database';
import { ADMIN_TOKEN, WORKER_TOKEN } from '../support/app';
import {
  buildService,
  makeDataDirectory,
  removeDataDirectory,
  type ServiceProcess,
  startProcess,
} from '../support/service-process';
import { Builder } from './support/builder';
import { type Browser, openBrowser } from './support/chromium';
import { makeCustomers } from './support/customers';
import { describeInBrowser } from './support/describe-in-browser';
import { showsFigures } from './support/figures';
import { Shop } from './support/shop';
import { visit } from './support/visit';

const CUSTOMERS = 40;
const DOES_NOT_ANSWER = 'The service does not answer.';

describeInBrowser('a service that is killed, and comes back', () => {
  let directory: string;
  let db: FreshDatabase;
  let browser: Browser;
  let service: ServiceProcess;
  let url: string;
  let shop: Shop;
  beforeAll(async () => {
    buildService();
    directory = makeDataDirectory();
    [db, browser] = await Promise.all([freshDatabase(), openBrowser()]);
    await makeCustomers(db, CUSTOMERS);
    await start('0');
    shop = new Shop(url, ADMIN_TOKEN);
  });
  afterAll(async () => {
    await browser?.close();
    await removeDataDirectory(directory);
    await db?.drop();
  });

  async function start(port: string): Promise<void> {
    const env = { DATABASE_URL: db.url, ADMIN_TOKENS: ADMIN_TOKEN, WORKER_TOKENS: WORKER_TOKEN, PORT: port };
    service = startProcess(directory, env);
    url = (await service.listening()).replace('localhost', '127.0.0.1');
  }
  const kill = () => service.end('SIGKILL');
  const comeBack = () => start(new URL(url).port);
  const open = (path: string) => visit(browser.context, url, { path });

  it('is said in the builder, where nothing that was typed is lost, and saved as soon as it is back', async () => {
    const { page, noticed } = await open('/segments/new');
    const builder = new Builder(page);
    await builder.name('Through the outage');
    await builder.addCondition(builder.part('1'), 'Bought at least');
    const field = builder.part('1').getByRole('textbox', { name: 'Bought at least' });
    await field.fill('1');
    expect(await builder.count()).toBe(32);

    await kill();
    await field.fill('3');
    await page.getByRole('alert').getByText(DOES_NOT_ANSWER).waitFor();
    await builder.save();
    await page.getByRole('alert').nth(1).getByText(DOES_NOT_ANSWER).waitFor();
    await comeBack();
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(await builder.count()).toBe(16);
    expect(await field.inputValue()).toBe('3 purchases');
    await builder.save();

    await page.getByRole('heading', { level: 1, name: 'Through the outage' }).waitFor();
    expect(await shop.ask('GET', '/segments')).toMatchObject([{ name: 'Through the outage' }]);
    expect(noticed).toEqual([]);
  });

  it('is said of a dispatch that somebody watches, and the figures go on by themselves', async () => {
    const everybody = await shop.segment('Everybody', {});
    const { id } = await shop.dispatch(await shop.campaign('Watched', [everybody], { message: 'Hello' }));
    const { page, noticed } = await open(`/dispatches/${id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await showsFigures(page, { Waiting: CUSTOMERS, Sent: 0 });

    await kill();
    await page.getByText('No connection', { exact: true }).waitFor();
    await showsFigures(page, { Waiting: CUSTOMERS, Sent: 0 });
    await comeBack();
    await shop.settle(await shop.claim(10));

    await showsFigures(page, { Waiting: CUSTOMERS - 10, Sent: 10 });
    expect(noticed).toEqual([]);
  });

  it('is said in place of a list, which is read once somebody tries again', async () => {
    const { page, noticed } = await open('/segments');
    await page.getByRole('link', { name: 'Everybody' }).waitFor();

    await kill();
    await page.getByText('Active', { exact: true }).click();
    await page.getByRole('alert').getByText(DOES_NOT_ANSWER).waitFor();
    await comeBack();
    await page.getByRole('button', { name: 'Try again' }).click();

    await page.getByRole('link', { name: 'Everybody' }).waitFor();
    expect(noticed).toEqual([]);
  });

  it('is said in place of a page that was not loaded yet, which is there once it is loaded again', async () => {
    const { page } = await open('/segments');

    await kill();
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('heading', { name: 'This page could not be shown' }).waitFor();
    await comeBack();
    await page.getByRole('button', { name: 'Reload the page' }).click();

    await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
  });
});
