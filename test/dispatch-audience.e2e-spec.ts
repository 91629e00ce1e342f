import { startApp, type TestApp } from './support/app';
import { audienceOf, crowd, nextOf, notified } from './support/dispatching';
import { idThatIs } from './support/held-out';
import type { Made } from './support/make';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const dispatch = async (campaign: { id: string }, body: object = {}) =>
  (await app.api.post(`/campaigns/${campaign.id}/dispatch`).send(body).expect(200)).body;
const edit = (campaign: { id: string }, changes: object) =>
  app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send(changes).expect(200);
const suppress = (customer: { id: string }, facts: object = {}) =>
  app.api
    .post('/suppressions')
    .send({ user_id: customer.id, reason: 'requested', ...facts })
    .expect(201);
const NONE = { excluded: 0, suppressed: 0, already_notified: 0, frequency_capped: 0, holdout: 0 };

let serial = 0;
/** A segment of its own: whoever has its tag is in it. */
async function tagged(): Promise<{ tag: string; segment: Made }> {
  const tag = `tag-${++serial}`;
  return { tag, segment: await app.make.segment({ preferences_contains: { [tag]: true } }) };
}
const having = (...tags: string[]) => ({ preferences: Object.fromEntries(tags.map((tag) => [tag, true])) });

it('a dispatch shows the segments it froze, in their versions of then and without their filters', async () => {
  const [one, out, referred] = [await tagged(), await tagged(), await tagged()];
  const rule = { all: [{ segment_id: referred.segment.id }, { last_days: 300 }] };
  await app.api.patch(`/segments/${out.segment.id}`).set('If-Match', '*').send({ filters: rule }).expect(200);
  const campaign = await app.make.campaign([one.segment], 'Hello', { excluded_segment_ids: [out.segment.id] });

  const { id } = await dispatch(campaign);
  await app.api.patch(`/segments/${one.segment.id}`).set('If-Match', '*').send({ name: 'Later' }).expect(200);

  const segments = [
    { id: one.segment.id, version: 1 },
    { id: out.segment.id, version: 2, excluded: true },
    { id: referred.segment.id, version: 1, referred: true },
  ];
  expect((await app.api.get(`/dispatches/${id}`).expect(200)).body.segments).toEqual(segments);
  expect((await app.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body[0].segments).toEqual(segments);
});

describe('whoever is not targeted has a reason', () => {
  it('excluded: in an excluded segment, in whatever others besides', async () => {
    const [one, two, out] = [await tagged(), await tagged(), await tagged()];
    const [stays, goes, goesToo] = [
      await app.make.customer(having(one.tag)),
      await app.make.customer(having(one.tag, two.tag, out.tag)),
      await app.make.customer(having(two.tag, out.tag)),
    ];
    await app.make.customer(having(out.tag)); // matches nothing, so is nowhere
    const campaign = await app.make.campaign([one.segment, two.segment], 'Hello', {
      excluded_segment_ids: [out.segment.id],
    });

    const { id, ...figures } = await dispatch(campaign);

    expect(figures).toMatchObject({ matched: 3, targeted: 1, queued: 1, reasons: { ...NONE, excluded: 2 } });
    expect(await notified(app.db, { dispatch: id })).toEqual([stays.id]);
    expect(new Map(await audienceOf(app, id))).toEqual(
      new Map([
        [stays.id, 'targeted'],
        [goes.id, 'excluded'],
        [goesToo.id, 'excluded'],
      ]),
    );
  });

  it('suppressed: for its channel or for every one, and not for another or when it expired', async () => {
    const { tag, segment } = await tagged();
    const [everywhere, here, elsewhere, expired, both, expiredHere] = await Promise.all(
      Array.from({ length: 6 }, () => app.make.customer(having(tag))),
    );
    const future = { expires_at: '2200-01-01T00:00:00Z' };
    await suppress(everywhere, future);
    await suppress(here, { channel: 'sms' });
    await suppress(elsewhere, { channel: 'email' });
    await suppress(expired, future);
    await suppress(both);
    await suppress(both, { channel: 'sms' });
    await suppress(expiredHere, { channel: 'sms', ...future });
    await suppress(expiredHere, { channel: 'email' });
    await app.db.query('UPDATE suppressions SET expires_at = now() WHERE user_id = ANY ($1)', [
      [expired.id, expiredHere.id],
    ]);
    const campaign = await app.make.campaign([segment], 'Hello', { channel: 'sms' });

    const { id, ...figures } = await dispatch(campaign);

    expect(figures).toMatchObject({ channel: 'sms', matched: 6, targeted: 3, reasons: { ...NONE, suppressed: 3 } });
    expect(await notified(app.db, { dispatch: id })).toEqual([elsewhere.id, expired.id, expiredHere.id].sort());
  });

  it('already_notified: by an earlier dispatch, unless the campaign may go to a customer again', async () => {
    const { tag, segment } = await tagged();
    await crowd(app.db, 3, { [tag]: true });
    const campaign = await app.make.campaign([segment]);
    const once = await dispatch(campaign);
    await crowd(app.db, 2, { [tag]: true });

    expect(await dispatch(campaign)).toMatchObject({
      matched: 5,
      targeted: 2,
      reasons: { ...NONE, already_notified: 3 },
      already_notified: 3,
    });

    await edit(campaign, { once_per_customer: false });
    expect(await dispatch(campaign)).toMatchObject({ matched: 5, targeted: 5, queued: 5, reasons: NONE });
    expect(once.rules).toMatchObject({ once_per_customer: true });
  });

  it('frequency_capped: had as many of any campaign as the cap allows, in its days, tests and cancelled ones not counted', async () => {
    const { tag, segment } = await tagged();
    const ids = await crowd(app.db, 6, { [tag]: true });
    const [twice, once, tested, cancelled, longAgo, justNow] = ids;
    const days = async (id: string, hours: number, minutes: number) =>
      app.db.query(
        `UPDATE dispatch_lanes SET created_at = now() - make_interval(hours => $2, mins => $3) WHERE dispatch_id = $1`,
        [id, hours, minutes],
      );
    const other = async (...users: string[]) =>
      app.make.campaign([await app.make.segment({ user_ids_in: users })], 'Of another campaign');
    await dispatch(await other(twice, once));
    await dispatch(await other(twice));
    for (let i = 0; i < 2; i++) {
      const spared = await dispatch(await other(cancelled));
      await app.api.post(`/dispatches/${spared.id}/cancel`).expect(200);
      await app.api
        .post(`/campaigns/${(await other(tested)).id}/test-send`)
        .send({ user_ids: [tested] })
        .expect(200);
      await days((await dispatch(await other(longAgo))).id, 7 * 24, 1);
      await days((await dispatch(await other(justNow))).id, 7 * 24, -1);
    }
    const campaign = await app.make.campaign([segment], 'Hello', { frequency_cap: { max: 2, per_days: 7 } });

    const { id, ...figures } = await dispatch(campaign);

    expect(figures).toMatchObject({
      matched: 6,
      targeted: 4,
      reasons: { ...NONE, frequency_capped: 2 },
      rules: { frequency_cap: { max: 2, per_days: 7 } },
    });
    expect(await audienceOf(app, id, { reason: 'frequency_capped' })).toEqual(
      [twice, justNow].sort().map((user) => [user, 'frequency_capped']),
    );
  });

  it('and only one: the first that holds', async () => {
    const [segment, out, before, often] = [await tagged(), await tagged(), await tagged(), await tagged()];
    const campaign = await app.make.campaign([before.segment]);
    const percent = 50;
    const heldOut = () => idThatIs(true, campaign.id, percent);
    const all = [segment.tag, before.tag, often.tag];
    const customers = {
      excluded: await app.make.customer({ id: heldOut(), ...having(...all, out.tag) }),
      suppressed: await app.make.customer({ id: heldOut(), ...having(...all) }),
      already_notified: await app.make.customer({ id: heldOut(), ...having(...all) }),
      frequency_capped: await app.make.customer({ id: heldOut(), ...having(segment.tag, often.tag) }),
      holdout: await app.make.customer({ id: heldOut(), ...having(segment.tag) }),
      targeted: await app.make.customer({ id: idThatIs(false, campaign.id, percent), ...having(segment.tag) }),
    };
    await dispatch(campaign);
    await dispatch(await app.make.campaign([often.segment]));
    await suppress(customers.excluded);
    await suppress(customers.suppressed);
    await edit(campaign, {
      segment_ids: [segment.segment.id],
      excluded_segment_ids: [out.segment.id],
      holdout_percent: percent,
      frequency_cap: { max: 1, per_days: 1 },
    });

    const { id, ...figures } = await dispatch(campaign);

    expect(new Map(await audienceOf(app, id))).toEqual(
      new Map(Object.entries(customers).map(([reason, customer]) => [customer.id, reason])),
    );
    const one = { excluded: 1, suppressed: 1, already_notified: 1, frequency_capped: 1, holdout: 1 };
    expect(figures).toMatchObject({ matched: 6, targeted: 1, queued: 1, already_notified: 1, reasons: one });
  });
});

describe('the list of an audience', () => {
  it('is walked by customer id, through chunks, filtered by reason, with exact totals', async () => {
    const { tag, segment } = await tagged();
    const ids = await crowd(app.db, 5_203, { [tag]: true });
    const [out, ...others] = [ids.at(-1)!, ids[0], ids[4_999], ids[5_000]];
    const excluded = await app.make.segment({ user_ids_in: [out, ...others] });
    const campaign = await app.make.campaign([segment], 'Hello', { excluded_segment_ids: [excluded.id] });
    const { id } = await dispatch(campaign);

    const left = new Set([out, ...others]);
    expect(await audienceOf(app, id, { limit: 997 })).toEqual(
      ids.map((user) => [user, left.has(user) ? 'excluded' : 'targeted']),
    );
    expect(await audienceOf(app, id, { reason: 'excluded', limit: 1 })).toEqual(
      [...left].sort().map((user) => [user, 'excluded']),
    );
    const totals = async (query: object) =>
      (await app.api.get(`/dispatches/${id}/audience`).query({ limit: 1, ...query })).headers['x-total-count'];
    expect(
      await Promise.all([{}, { reason: 'targeted' }, { reason: 'excluded' }, { reason: 'holdout' }].map(totals)),
    ).toEqual(['5203', '5199', '4', '0']);
    expect(await totals({ total: false })).toBeUndefined();
  });

  it('takes the cursors of this very list only', async () => {
    const { tag, segment } = await tagged();
    await crowd(app.db, 3, { [tag]: true });
    const campaign = await app.make.campaign([segment], 'Hello', { once_per_customer: false });
    const [one, two] = [await dispatch(campaign), await dispatch(campaign)];
    const page = await app.api.get(`/dispatches/${one.id}/audience`).query({ limit: 2 }).expect(200);
    const cursor = new URL(nextOf(page.headers)!, app.url).searchParams.get('cursor');

    for (const [id, query] of [
      [two.id, { cursor }],
      [one.id, { cursor, reason: 'targeted' }],
    ]) {
      const answer = await app.api.get(`/dispatches/${id}/audience`).query(query);
      expect(refusalFault(answer, { status: 400, type: 'bad-cursor', pointer: '/cursor' })).toBeUndefined();
    }
    expect((await app.api.get(`/dispatches/${one.id}/audience`).query({ cursor }).expect(200)).body).toHaveLength(1);
    const wrong = await app.api.get(`/dispatches/${one.id}/audience`).query({ reason: 'late' });
    expect(refusalFault(wrong, { status: 400, pointer: '/reason' })).toBeUndefined();
    const nowhere = await app.api.get('/dispatches/999999/audience');
    expect(refusalFault(nowhere, { status: 404, type: 'dispatch-not-found' })).toBeUndefined();
  });
});
