/** npm run screenshots: every page of the dashboard on the made-up customers, 1280 px wide and light, into docs/screenshots/. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import {
  adminTokenOf,
  buildService,
  makeDataDirectory,
  removeDataDirectory,
  startProcess,
} from '../support/service-process';
import { openBrowser } from './support/chromium';
import { pages, type Things } from './support/pages';
import { Shop } from './support/shop';

const [WIDTH, HEIGHT] = [1280, 900];
const DIRECTORY = resolve(__dirname, '..', '..', 'docs', 'screenshots');

/** What a shop has after some weeks, as far as minutes can make it. */
async function makeFacts(shop: Shop): Promise<Things> {
  const organic = await shop.segment(
    'Organic regulars',
    { all: [{ last_days: 180, min_num_purchases: 3 }, { preferences_contains: { organic: true } }] },
    'Three purchases in half a year, and an eye for organic food',
  );
  const big = await shop.segment('Big baskets', { min_average_spent: 60 }, 'Whose average purchase is 60 or more');
  const lapsed = await shop.segment('Lapsed', { not_purchased_for_days: 120 }, 'Nothing in the last four months');
  const market = await shop.segment('Market lovers', { is_market_store: true, min_num_purchases: 2 });
  const fresh = await shop.segment('New this quarter', { first_purchase_within_days: 90 });
  const message =
    'Hello {{ preferences.first_name | default: "friend" }}, the first asparagus is here. See you at the market!';
  const spring = await shop.campaign('First asparagus', [organic, market], {
    message,
    title: 'Asparagus is here',
    channel: 'email',
    excluded_segment_ids: [lapsed.id],
    holdout_percent: 10,
    frequency_cap: { max: 3, per_days: 7 },
  });
  const back = await shop.campaign('We miss you', [lapsed], {
    message: 'It has been a while. Coffee is on us this week.',
    channel: 'sms',
  });
  await shop.campaign('Baskets for two', [big, fresh], {
    message: 'A basket for two, ready on Friday.',
    channel: 'webpush',
  });
  const [first] = await shop.ask<{ id: string }[]>('GET', '/customers?limit=1');
  const [, second] = await shop.ask<{ id: string }[]>('GET', '/customers?limit=2');
  await shop.ask('POST', '/suppressions', { user_id: second.id, reason: 'unsubscribed', source: 'link in a mail' });
  const run = await shop.dispatch(spring);
  await shop.deliver(1000, 9, ['550 5.1.1 No such mailbox', '421 4.7.0 Try again later']);
  await shop.dispatch(back);
  await shop.deliver(100);
  const [notification] = await shop.ask<{ id: string }[]>(
    'GET',
    `/notifications?dispatch_id=${run.id}&status=failed&limit=1`,
  );
  await shop.ask('PUT', `/campaigns/${back.id}/schedule`, {
    scheduled_at: '2027-01-08T09:00:00',
    time_zone: 'Europe/Madrid',
    recurrence: 'FREQ=MONTHLY;BYDAY=1FR',
  });
  return {
    segments: [organic, big, market, fresh].map(({ id }) => id),
    campaign: spring.id,
    dispatch: run.id,
    notification: notification.id,
    customer: first.id,
  };
}

async function take(page: Page, base: string, name: string, path: string): Promise<void> {
  await page.goto(`${base}/admin${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  // as high as the page: what stands at the foot of the window stands at the foot of the picture
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: WIDTH, height: Math.max(HEIGHT, height) });
  await page.screenshot({ path: resolve(DIRECTORY, `${name}.png`), fullPage: true, animations: 'disabled' });
  await page.setViewportSize({ width: WIDTH, height: HEIGHT });
  console.log(`docs/screenshots/${name}.png`);
}

async function main(): Promise<void> {
  buildService();
  mkdirSync(DIRECTORY, { recursive: true });
  const directory = makeDataDirectory();
  const service = startProcess(directory, { DEMO_DATA: '2000' });
  const browser = await openBrowser({ width: WIDTH, height: HEIGHT });
  try {
    const base = await service.listening();
    const token = adminTokenOf(directory);
    const things = await makeFacts(new Shop(base, token));
    const page = await browser.context.newPage();
    await page.goto(`${base}/admin/`);
    await take(page, base, 'sign-in', '/');
    await page.goto('about:blank');
    await page.goto(`${base}/admin/#token=${token}`);
    for (const [name, pathOf] of Object.entries(pages)) await take(page, base, name, pathOf(things));
  } finally {
    await browser.close();
    await service.end();
    await removeDataDirectory(directory);
  }
}

void main();
