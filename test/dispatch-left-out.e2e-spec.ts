import { startApp, type TestApp } from './support/app';
import { audienceOf, begin, crowd, look, seen } from './support/dispatching';
import { isHeldOut } from './support/held-out';
import type { Made } from './support/make';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const dispatch = async (campaign: { id: string }, body: object = {}) =>
  (await app.api.post(`/campaigns/${campaign.id}/dispatch`).send(body).expect(200)).body;
const dryRun = async (campaign: { id: string }) =>
  (await app.api.post(`/campaigns/${campaign.id}/dispatch`).query({ dry_run: true }).expect(200)).body;
const edit = (campaign: { id: string }, changes: object) =>
  app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send(changes).expect(200);
const NONE = { excluded: 0, suppressed: 0, already_notified: 0, frequency_capped: 0, holdout: 0 };

let serial = 0;
/** A segment of its own: whoever has its tag is in it. */
async function tagged(): Promise<{ tag: string; segment: Made }> {
  const tag = `tag-${++serial}`;
  return { tag, segment: await app.make.segment({ preferences_contains: { [tag]: true } }) };
}
const having = (...tags: string[]) => ({ preferences: Object.fromEntries(tags.map((tag) => [tag, true])) });

describe('the holdout', () => {
  it('is the share asked for, the same in every dispatch, grows by inclusion, and is another in another campaign', async () => {
    const { tag, segment } = await tagged();
    const ids = await crowd(app.db, 4_000, { [tag]: true });
    const [campaign, other] = [
      { id: '5ca1ab1e-0000-4000-8000-000000000001' }, // the same in every run, as the customers are: the shares are no matter of luck
      { id: '5ca1ab1e-0000-4000-8000-000000000002' },
    ];
    for (const { id } of [campaign, other]) {
      const made = await app.make.campaign([segment], 'Hello', { holdout_percent: 50 });
      await app.db.query('UPDATE campaigns SET id = $2 WHERE id = $1', [made.id, id]);
    }
    const heldOut = async (run: { id: string }) =>
      (await audienceOf(app, run.id, { reason: 'holdout' })).map(([user]) => user);

    let before: string[] = [];
    for (const percent of [10, 33.33, 50, 99]) {
      await edit(campaign, { holdout_percent: percent });
      const run = await dryRun(campaign);
      const now = await heldOut(run);

      const share = percent / 100;
      const sigma = Math.sqrt(ids.length * share * (1 - share));
      expect(Math.abs(now.length - ids.length * share)).toBeLessThan(4 * sigma);
      expect(now).toEqual(ids.filter((id) => isHeldOut(campaign.id, id, percent)));
      const included = new Set(now);
      expect(before.filter((id) => !included.has(id))).toEqual([]);
      expect(run.targeted).toBe(ids.length - now.length);
      before = now;
    }

    await edit(campaign, { holdout_percent: 10 });
    const [first, second] = [await dispatch(campaign), await dispatch(campaign)];
    expect(await heldOut(second)).toEqual(await heldOut(first));
    expect(second).toMatchObject({
      targeted: 0,
      reasons: { holdout: first.reasons.holdout, already_notified: first.targeted },
    });

    const [ours, theirs] = [new Set(await heldOut(first)), await heldOut(await dryRun(other))];
    const inBoth = theirs.filter((id) => ours.has(id)).length;
    expect(Math.abs(inBoth - ours.size / 2)).toBeLessThan(4 * Math.sqrt(ours.size / 4));
  });

  it('of nothing is nobody', async () => {
    const { tag, segment } = await tagged();
    await crowd(app.db, 20, { [tag]: true });
    expect(await dispatch(await app.make.campaign([segment], 'Hello', { holdout_percent: 0 }))).toMatchObject({
      targeted: 20,
      reasons: NONE,
    });
  });
});

describe('an excluded segment', () => {
  it('that is inactive keeps the campaign from being dispatched and previewed: it must not grow because of that', async () => {
    const [one, out] = [await tagged(), await tagged()];
    await crowd(app.db, 2, { [one.tag]: true });
    const campaign = await app.make.campaign([one.segment], 'Hello', { excluded_segment_ids: [out.segment.id] });
    await app.api.delete(`/segments/${out.segment.id}`).expect(204);

    for (const path of ['dispatch', 'dispatch?dry_run=true', 'preview-users']) {
      const answer = await app.api.post(`/campaigns/${campaign.id}/${path}`);
      expect([path, refusalFault(answer, { status: 409, type: 'segment-inactive' })]).toEqual([path, undefined]);
    }
    expect((await app.api.get(`/campaigns/${campaign.id}/dispatches`)).body).toEqual([]);
  });

  it('switched off after a dispatch has begun changes nothing of it', async () => {
    const [one, out] = [await tagged(), await tagged()];
    await app.make.customer(having(one.tag, out.tag));
    const campaign = await app.make.campaign([one.segment], 'Hello', { excluded_segment_ids: [out.segment.id] });
    const id = await begin(app, campaign);
    await app.api.delete(`/segments/${out.segment.id}`).expect(204);
    expect(await seen(app, id, 'dispatched')).toMatchObject({ matched: 1, reasons: { ...NONE, excluded: 1 } });
  });

  it('is taken out of preview-users, which shows all that a dispatch matches but those it excludes', async () => {
    const [one, two, out, outToo] = [await tagged(), await tagged(), await tagged(), await tagged()];
    const tags = [one.tag, two.tag, out.tag, outToo.tag];
    for (let mask = 0; mask < 16; mask++) await app.make.customer(having(...tags.filter((_, i) => mask & (1 << i))));
    const campaign = await app.make.campaign([one.segment, two.segment], 'Hello', {
      excluded_segment_ids: [out.segment.id, outToo.segment.id],
    });

    const preview = await app.api.post(`/campaigns/${campaign.id}/preview-users`).query({ limit: 1000 }).expect(200);
    const run = await look(app, (await dryRun(campaign)).id);

    expect(run).toMatchObject({ matched: 12, reasons: { ...NONE, excluded: 9 } });
    expect(preview.body).toEqual((await audienceOf(app, run.id, { reason: 'targeted' })).map(([user]) => user));
    expect([preview.body.length, preview.headers['x-total-count']]).toEqual([3, '3']);
  });
});
