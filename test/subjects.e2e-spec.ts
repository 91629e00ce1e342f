import { inventory } from '../src/subjects/inventory';
import { startApp, type TestApp } from './support/app';
import { claimDue, comeDue, dispatched, expire, lose, progressOf, reconcile, show, workerOf } from './support/delivery';
import { hold } from './support/hold';
import { refusalFault } from './support/refusal';
import { hits, wellKnown, wordColumns } from './support/subjects';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeEach(async () => {
  app = await startApp({ EGRESS_ALLOW: ['127.0.0.1'] });
  worker = workerOf(app);
});
afterEach(() => app.close());

const erase = async (id: string, key?: string) => {
  const call = app.api.post(`/customers/${id}/erase`);
  return (await (key ? call.set('Idempotency-Key', key) : call).expect(200)).body;
};
const NOTHING = {
  notifications_withdrawn: 0,
  notifications_emptied: 0,
  attempts_emptied: 0,
  suppressions_removed: 0,
  webhook_events_removed: 0,
  kept_answers_emptied: 0,
  inferred_preferences_removed: 0,
  mentions: [],
};

it('the inventory has every column of our schema that can hold words, and no other', async () => {
  const declared = inventory.flatMap(({ table, columns }) => Object.keys(columns).map((column) => `${table}.${column}`));
  expect((await wordColumns(app)).map(({ table, column }) => `${table}.${column}`).sort()).toEqual(declared.sort());
  for (const { table, id, columns } of inventory)
    expect([table, Object.values(columns).includes('words')]).toEqual([table, id !== undefined]);
});

describe('erasing a customer', () => {
  it('leaves no word of them anywhere, and what is known of others', async () => {
    const { id, all } = await wellKnown(app);
    expect(await hits(app, 'canary')).toEqual([
      'dispatch_redrives.error',
      'idempotency_keys.body',
      'inferred_preferences.evidence',
      'inferred_preferences.preferences',
      'notification_attempts.error',
      'notifications.error',
      'notifications.meta',
      'suppressions.source',
      'webhook_events.data',
    ]);

    expect(await erase(id)).toEqual({
      was_erased: false,
      notifications_withdrawn: 0,
      notifications_emptied: 2,
      attempts_emptied: 3,
      suppressions_removed: 2,
      webhook_events_removed: 2,
      kept_answers_emptied: 2,
      inferred_preferences_removed: 1,
      mentions: [],
    });

    expect(await hits(app, 'canary')).toEqual([]);
    expect(await hits(app, 'not hers')).toEqual(['notification_attempts.error', 'notifications.error']);
    expect(await show(app, all.ids[0])).toMatchObject({ status: 'failed', error: null, meta: {} });
    expect((await app.db.query('SELECT email FROM users WHERE id = $1', [id]))[0].email).toContain('canary');
    expect(await erase(id)).toEqual({ was_erased: true, ...NOTHING });
  });

  it('withdraws what is queued, wherever it is, and dispatches still add up', async () => {
    const all = await dispatched(app, 6);
    const [sent, held, retrying, lost, untouched] = all.users;
    await worker.sent((await worker.claim({ limit: 1 })).lease_token, all.ids.slice(0, 1));
    const lease = await worker.claim({ limit: 1 });
    await worker.failed((await worker.claim({ limit: 1 })).lease_token, [all.ids[2]]);
    await expire(app, await worker.claim({ limit: 1 }));

    for (const id of [sent, held, retrying, lost, untouched])
      expect(await erase(id)).toMatchObject({ notifications_withdrawn: id === sent ? 0 : 1 });

    expect(await progressOf(app, all)).toEqual({ queued: 1, sent: 1, failed: 0, cancelled: 4 });
    expect(await show(app, all.ids[4])).toMatchObject({ status: 'cancelled', error: 'erased', retry_at: null });
    const late = { id: all.ids[1], delivery_info: { to: 'canary' } };
    expect(await worker.settle(lease.lease_token, { sent: [late] })).toMatchObject({ sent: 0, rejected: [all.ids[1]] });
    await comeDue(app);
    expect((await claimDue(app)).ids).toEqual([all.ids[5]]);
    await app.api.post(`/notifications/${all.ids[5]}/mark-sent`).expect(200);
    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 2, failed: 0, cancelled: 4 });
    await reconcile(app, all);
    await app.api
      .post(`/notifications/${all.ids[0]}/mark-sent`)
      .send({ delivery_info: { to: 'canary' } })
      .expect(200);
    expect(await hits(app, 'canary')).toEqual([]);
  });

  it('in a dispatch that was cancelled, or of which leases are lost again and again, is counted once', async () => {
    const all = await dispatched(app, 3);
    await lose(app, 3);
    await app.api.post(`/dispatches/${all.dispatch}/cancel`).expect(200);
    await erase(all.users[0]);
    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 0, failed: 0, cancelled: 3 });
  });

  it('keeps them from ever being messaged again: not lifted, not replaced, and left out when they come back', async () => {
    const all = await dispatched(app, 2);
    const [id] = all.users;
    await app.db.query('DELETE FROM users WHERE id = $1', [id]);
    await erase(id);
    const left = (await app.api.get(`/suppressions/${id}`).expect(200)).body;
    expect(left).toMatchObject({ channel: null, reason: 'erased', source: '', expires_at: null });

    const lifted = await app.api.delete(`/suppressions/${id}`);
    expect(refusalFault(lifted, { status: 409, type: 'conflict' })).toBeUndefined();
    expect(lifted.body.detail).toContain('erased');
    const expiring = { user_id: id, reason: 'other', expires_at: '2200-01-01T00:00:00Z' };
    expect((await app.api.post('/suppressions').send(expiring).expect(200)).body).toEqual(left);
    const file = await app.api
      .post('/suppressions/import')
      .type('text/csv')
      .send(`user_id,reason\n${id},other\n`)
      .expect(200);
    expect(file.body).toMatchObject({ unchanged: 1, replaced: 0 });
    const list = await app.api.get('/suppressions').query({ reason: 'erased' }).expect(200);
    expect(list.body).toEqual([left]);

    await app.make.customer({ id, preferences: { back: true } });
    const campaign = await app.make.campaign([await app.make.segment({ preferences_contains: { back: true } })]);
    const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
    expect(body).toMatchObject({ matched: 1, queued: 0, reasons: { suppressed: 1 } });
  });

  it('has its answer again with its key, and does not repeat what was answered about the customer', async () => {
    const { id } = await wellKnown(app);
    const key = 'an erasure of the test';
    const first = await erase(id, key);
    expect(await erase(id, key)).toEqual(first);

    const again = await app.api
      .post('/suppressions')
      .set('Idempotency-Key', 'a key of a test and sms')
      .send({ user_id: id, channel: 'sms', reason: 'requested', source: 'canary on the phone' });
    expect(refusalFault(again, { status: 409, type: 'conflict' })).toBeUndefined();
    expect(await hits(app, 'canary')).toEqual([]);
  });

  it('names what people wrote of them, and leaves that to those people', async () => {
    const { id } = await app.make.customer({ email: 'ana@example.com' });
    const segment = await app.make.segment({ user_ids_in: [id] }, 'For ANA@example.com');
    const { mentions } = await erase(id);
    expect(mentions).toEqual([
      { table: 'segment_versions', column: 'filters', id: segment.id },
      { table: 'segment_versions', column: 'name', id: segment.id },
      { table: 'segments', column: 'filters', id: segment.id },
      { table: 'segments', column: 'name', id: segment.id },
    ]);
    expect((await app.api.get(`/segments/${segment.id}`).expect(200)).body.name).toBe('For ANA@example.com');
  });

  it('is of all or nothing: where the end fails, nothing was done', async () => {
    const { id, all } = await wellKnown(app);
    const before = await hits(app, 'canary');
    const lock = await hold(app.db, `SELECT FROM notifications WHERE user_id = '${id}' FOR UPDATE`);
    const refused = await app.api.post(`/customers/${id}/erase`);
    expect(refusalFault(refused, { status: 503, type: 'database-busy' })).toBeUndefined();
    await lock.release();
    expect(await hits(app, 'canary')).toEqual(before);
    expect(await show(app, all.ids[0])).toMatchObject({ error: 'canary: still no mailbox' });
    await erase(id);
    expect(await hits(app, 'canary')).toEqual([]);
  });

  it('waits for whoever settles, and keeps nobody else from claiming and settling meanwhile', async () => {
    const all = await dispatched(app, 40);
    const settling = async () => {
      for (;;) {
        const lease = await worker.claim({ limit: 3 });
        if (lease.ids.length === 0) return;
        await worker.settle(lease.lease_token, { sent: lease.ids.map((id) => ({ id })) });
      }
    };
    const chosen = all.users.filter((_, i) => i % 2 === 0);
    await Promise.all([settling(), settling(), ...chosen.map((id) => erase(id))]);
    const { queued, sent, failed, cancelled } = await progressOf(app, all);
    expect([queued, sent + cancelled, failed]).toEqual([0, 40, 0]);
    expect(sent).toBeGreaterThanOrEqual(20);
    await reconcile(app, all);
  });

  it('of the same customer at once is done once', async () => {
    const { id } = await wellKnown(app);
    const answers = await Promise.all([1, 2, 3].map(() => app.api.post(`/customers/${id}/erase`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const removed = answers.map(({ body }) => body.webhook_events_removed).sort();
    expect(removed).toEqual([0, 0, 2]);
  });
});

describe('the export of a customer', () => {
  it('has everything that is kept of them, and what is read of them', async () => {
    const { id, all, email } = await wellKnown(app);
    await app.make.purchase({ id }, { total_amount: 12.5, days_ago: -3 });

    const { body } = await app.api.get(`/customers/${id}/export`).expect(200);

    expect(body).toMatchObject({
      customer: { id, email, purchases: 0 },
      purchases: [{ total_amount: 12.5 }],
      purchases_total: 1,
      audiences: [{ standing: 'targeted' }, { dispatch_id: all.dispatch, standing: 'targeted' }],
      suppressions: [{ source: 'canary on the phone' }, { channel: 'sms', source: 'canary on the phone' }],
      mentions: [],
    });
    expect(body.notifications).toEqual([
      expect.objectContaining({ is_test: true, status: 'sent', meta: { to: 'canary' } }),
      expect.objectContaining({ id: all.ids[0], status: 'failed', error: 'canary: still no mailbox' }),
    ]);
    expect(
      body.notifications[1].history.map(({ outcome, error }: { outcome: string; error: string }) => [outcome, error]),
    ).toEqual([
      ['retry', 'first canary: no mailbox'],
      ['failed', 'canary: no mailbox'],
      ['redriven', null],
      ['failed', 'canary: still no mailbox'],
    ]);
    expect(body.webhook_events).toHaveLength(2);
    expect(body.kept_answers.map(({ route }: { route: string }) => route)).toEqual(['/suppressions', '/suppressions']);
    const shown = JSON.stringify(body);
    for (const other of all.users.slice(1)) expect(shown).not.toContain(other);
  });

  it('is there for one who has left, and after an erasure has nothing but that', async () => {
    const { id } = await wellKnown(app);
    await app.db.query('DELETE FROM users WHERE id = $1', [id]);
    expect((await app.api.get(`/customers/${id}/export`).expect(200)).body).toMatchObject({ customer: null });
    await erase(id);
    const { body } = await app.api.get(`/customers/${id}/export`).expect(200);
    expect(JSON.stringify(body)).not.toContain('canary');
    expect(body).toMatchObject({ suppressions: [{ reason: 'erased' }], webhook_events: [], kept_answers: [] });
    expect(body.notifications).toHaveLength(2);
  });
});
