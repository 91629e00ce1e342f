import { SegmentHealthService } from '../src/segments/segment-health.service';
import { startApp, type TestApp } from './support/app';
import { dispatched, workerOf } from './support/delivery';

let app: TestApp;
beforeEach(async () => void (app = await startApp({ EGRESS_ALLOW: ['127.0.0.1'] })));
afterEach(() => app.close());

const get = async (what: string) => (await app.api.get(`/overview/${what}`).expect(200)).body;
const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString();

describe('the shop', () => {
  it('is counted: customers, and what was bought in each of thirteen months', async () => {
    const now = new Date();
    const firstOf = (back: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString();
    const ana = await app.make.customer({ registration_date: ago(24) }, { purchase_date: firstOf(0), total_amount: 10.1 });
    await app.make.purchase(ana, { purchase_date: firstOf(0), total_amount: 20.2 });
    await app.make.purchase(ana, { purchase_date: firstOf(2), total_amount: 5 });
    await app.make.customer(
      { is_active: null, registration_date: ago(31 * 24) },
      { purchase_date: firstOf(2), total_amount: 7 },
      { purchase_date: firstOf(12), total_amount: 1 },
      { purchase_date: firstOf(13), total_amount: 1000 },
      { purchase_date: ago(-1), total_amount: 1000 },
    );
    await app.make.customer({ is_active: false, registration_date: ago(-24) });

    const { months, as_of, ...figures } = await get('shop');

    expect(figures).toEqual({ customers: 3, active_customers: 2, new_customers_30_days: 1 });
    expect(months).toHaveLength(13);
    expect(months.map(({ month }: { month: string }) => month)).toEqual(
      Array.from({ length: 13 }, (_, i) => firstOf(12 - i).slice(0, 7)),
    );
    expect(months[12]).toMatchObject({ purchases: 2, revenue: 30.3, customers: 1 });
    expect(months[10]).toMatchObject({ purchases: 2, revenue: 12, customers: 2 });
    expect(months[0]).toMatchObject({ purchases: 1, revenue: 1, customers: 1 });
    expect(months[5]).toMatchObject({ purchases: 0, revenue: 0, customers: 0 });

    await app.make.customer();
    expect(await get('shop')).toMatchObject({ customers: 3, as_of });
  });

  it('is counted where a column is missing, and where an amount is no number', async () => {
    await app.make.customer({}, { purchase_date: ago(0) });
    await app.db.query(`
      ALTER TABLE users DROP COLUMN registration_date;
      ALTER TABLE purchase_history DROP CONSTRAINT total_amount_is_a_number, ALTER total_amount TYPE double precision, ALTER purchase_date TYPE timestamp`);
    await app.db.query(`UPDATE purchase_history SET total_amount = 'NaN'`);
    const { months, ...shop } = await get('shop');
    expect(shop).toMatchObject({ customers: 1, new_customers_30_days: 0 });
    expect(months[12]).toMatchObject({ purchases: 1, revenue: null, customers: 1 });
  });
});

describe('delivery', () => {
  it('is nothing where there is nothing', async () => {
    const { hours, as_of, ...figures } = await get('delivery');
    expect(figures).toEqual({
      ...{ queued: 0, leased: 0, retrying: 0, oldest_queued_at: null },
      ...{ sent_24_hours: 0, failed_24_hours: 0, delivery_rate: null },
    });
    expect(hours).toHaveLength(24);
    expect(Date.parse(hours[23].hour)).toBe(Math.floor(Date.parse(as_of) / HOUR_MS) * HOUR_MS);
  });

  it('says what is queued, who has it, and what was settled when', async () => {
    const worker = workerOf(app);
    const all = await dispatched(app, 10);
    await worker.sent((await worker.claim({ limit: 4 })).lease_token, all.ids.slice(0, 4));
    await worker.failed((await worker.claim({ limit: 1 })).lease_token, [all.ids[4]], { retry: false });
    await worker.failed((await worker.claim({ limit: 1 })).lease_token, [all.ids[5]]);
    await worker.claim({ limit: 2 });
    await app.db.query(`UPDATE notifications SET settled_at = now() - interval '3 hours' WHERE user_id = $1`, [
      all.users[0],
    ]);
    await app.db.query(`UPDATE notifications SET settled_at = now() - interval '25 hours' WHERE user_id = $1`, [
      all.users[1],
    ]);
    const paused = await dispatched(app, 3);
    await app.api.post(`/dispatches/${paused.dispatch}/pause`).expect(200);

    const { hours, ...figures } = await get('delivery');

    expect(figures).toMatchObject({
      ...{ queued: 5, leased: 2, retrying: 1, oldest_queued_at: expect.any(String) },
      ...{ sent_24_hours: 3, failed_24_hours: 1, delivery_rate: 0.75 },
    });
    const settled = hours.map(({ sent, failed }: { sent: number; failed: number }) => [sent, failed]);
    expect(settled[23 - 3]).toEqual([1, 0]);
    expect(settled.flat().reduce((sum: number, n: number) => sum + n, 0)).toBe(4);
  });
});

describe('what needs attention', () => {
  it('is nothing where all is well', async () => {
    const worker = workerOf(app);
    const { ids } = await dispatched(app, 2);
    await worker.sent((await worker.claim()).lease_token, ids);
    expect(await get('attention')).toEqual([]);
  });

  it('is named, the most urgent first', async () => {
    const worker = workerOf(app);
    const failing = await dispatched(app, 3);
    await worker.failed((await worker.claim()).lease_token, failing.ids, { retry: false });
    const waiting = await dispatched(app, 2, { channel: 'sms' });
    await app.db.query(`UPDATE dispatch_lanes SET created_at = now() - interval '16 minutes' WHERE dispatch_id = $1`, [
      waiting.dispatch,
    ]);
    const moved = await dispatched(app, 2);
    await app.db.query(
      `UPDATE dispatches SET status = 'failed', failure = 'audience-moved', failure_detail = '3 were expected', finished_at = now() WHERE id = $1`,
      [moved.dispatch],
    );
    const inner = await app.make.segment({}, 'inner');
    const outer = await app.make.segment({ segment_id: inner.id }, 'outer');
    await app.db.query('UPDATE segments SET is_active = false WHERE id = $1', [inner.id]);
    const hook = { url: 'http://127.0.0.1:9/hook?key=secret', events: ['dispatch.failed'] };
    const { id: webhook } = (await app.api.post('/webhooks').send(hook).expect(201)).body;
    await app.db.query(`UPDATE webhooks SET is_active = false, disabled_reason = 'It failed for five days.' WHERE id = $1`, [
      webhook,
    ]);

    const found = await get('attention');

    expect(found).toEqual([
      {
        kind: 'queue-stalled',
        level: 'error',
        subject_id: null,
        subject: 'sms',
        count: 2,
        detail: expect.stringContaining('15 minutes'),
      },
      {
        kind: 'dispatch-failed',
        level: 'error',
        subject_id: moved.dispatch,
        subject: expect.any(String),
        count: 1,
        detail: '3 were expected',
      },
      {
        kind: 'dead-letters',
        level: 'warning',
        subject_id: failing.dispatch,
        subject: expect.any(String),
        count: 3,
        detail: expect.any(String),
      },
      {
        kind: 'segment-unreadable',
        level: 'warning',
        subject_id: outer.id,
        subject: 'outer',
        count: 1,
        detail: expect.stringContaining('inner'),
      },
      {
        kind: 'webhook-disabled',
        level: 'warning',
        subject_id: webhook,
        subject: '127.0.0.1:9',
        count: 1,
        detail: 'It failed for five days.',
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});

describe('a dispatch that nobody works on', () => {
  it('is stuck', async () => {
    await app.close();
    app = await startApp({ ROLES: ['api'] });
    await app.make.customers(1);
    const campaign = await app.make.campaign([await app.make.segment()]);
    const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).set('Prefer', 'wait=0');
    await app.db.query(`UPDATE dispatches SET created_at = now() - interval '21 minutes'`);

    expect(await get('attention')).toEqual([
      expect.objectContaining({ kind: 'dispatch-stuck', level: 'error', subject_id: body.id, subject: campaign.name }),
    ]);
  });
});

describe('a column index that is not kept true', () => {
  it('is stale', async () => {
    const health = app.nest.get(SegmentHealthService, { strict: false });
    const as_of = new Date(Date.now() - 16 * 60_000).toISOString();
    jest
      .spyOn(health, 'index')
      .mockReturnValue({ state: 'ready', as_of, customers: 1, purchases: 1, bytes: 1, bytes_per_purchase: 1 });
    expect(await get('attention')).toEqual([expect.objectContaining({ kind: 'index-stale', count: 1 })]);
  });
});
