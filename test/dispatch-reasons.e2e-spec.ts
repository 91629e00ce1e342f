import fc from 'fast-check';
import { startApp, type TestApp } from './support/app';
import { audienceOf, notified } from './support/dispatching';
import { isHeldOut } from './support/held-out';
import type { Made } from './support/make';

let app: TestApp;
let segments: Record<'included' | 'alsoIncluded' | 'excluded' | 'before' | 'often' | 'oftener', Made>;
beforeAll(async () => {
  app = await startApp();
  const segment = (flag: keyof Customer) => app.make.segment({ preferences_contains: { [flag]: true } });
  segments = {
    included: await segment('included'),
    alsoIncluded: await segment('alsoIncluded'),
    excluded: await segment('excluded'),
    before: await segment('before'),
    often: await segment('often'),
    oftener: await segment('oftener'),
  };
});
afterAll(() => app.close());

/** What is true of a customer. `before`: had the campaign. `often`, `oftener`: had another one, and one more. */
interface Customer {
  id: string;
  is_active: boolean | null;
  included: boolean;
  alsoIncluded: boolean;
  excluded: boolean;
  before: boolean;
  often: boolean;
  oftener: boolean;
  suppressions: { channel: '' | 'email' | 'sms'; expired: boolean }[];
}
const likely = fc.constantFrom(true, true, false);
const unlikely = fc.constantFrom(true, false, false, false);
const customer: fc.Arbitrary<Customer> = fc.record({
  id: fc.uuid(),
  is_active: fc.constantFrom(true, true, true, null, false),
  included: likely,
  alsoIncluded: fc.boolean(),
  excluded: unlikely,
  before: unlikely,
  often: fc.boolean(),
  oftener: unlikely,
  suppressions: fc.uniqueArray(
    fc.record({ channel: fc.constantFrom('' as const, 'email' as const, 'sms' as const), expired: fc.boolean() }),
    { selector: ({ channel }) => channel, maxLength: 2 },
  ),
});
const rules = fc.record({
  channel: fc.constantFrom('email', 'sms'),
  frequency_cap: fc.option(fc.record({ max: fc.constantFrom(1, 2), per_days: fc.constantFrom(1, 30) })),
  holdout_percent: fc.constantFrom(0, 12.34, 50, 99),
  once_per_customer: fc.boolean(),
  excludes: fc.boolean(),
});
type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;

/** Where everybody is, in plain words; undefined for whoever does not match. */
function standingOf(one: Customer, { excludes, ...rules }: Rules, campaign: string): string | undefined {
  if (one.is_active === false || !(one.included || one.alsoIncluded)) return undefined;
  if (excludes && one.excluded) return 'excluded';
  if (one.suppressions.some(({ channel, expired }) => !expired && ['', rules.channel].includes(channel)))
    return 'suppressed';
  if (rules.once_per_customer && one.before) return 'already_notified';
  const had = [one.before, one.often, one.oftener].filter(Boolean).length;
  if (rules.frequency_cap && had >= rules.frequency_cap.max) return 'frequency_capped';
  return isHeldOut(campaign, one.id, rules.holdout_percent) ? 'holdout' : 'targeted';
}

const dispatch = async (campaign: { id: string }, query: object = {}) =>
  (await app.api.post(`/campaigns/${campaign.id}/dispatch`).query(query).expect(200)).body;

/** Writes the customers, each with the notifications that were said of it. @returns the campaign with its rules */
async function make(customers: Customer[], { excludes, ...rules }: Rules): Promise<Made> {
  await app.db.query('TRUNCATE users, suppressions, notifications, dispatch_lanes');
  await app.db.query(
    `INSERT INTO users (id, email, preferences, is_active)
     SELECT (c ->> 'id')::uuid, c ->> 'id', c, (c ->> 'is_active')::boolean FROM jsonb_array_elements($1) c`,
    [JSON.stringify(customers)],
  );
  // whoever is inactive now had his messages before he was
  await app.db.query('UPDATE users SET is_active = true');
  const campaign = await app.make.campaign([segments.before]);
  const had = [campaign, await app.make.campaign([segments.often]), await app.make.campaign([segments.oftener])];
  for (const earlier of had) await dispatch(earlier);
  await app.db.query(`UPDATE users SET is_active = (preferences ->> 'is_active')::boolean`);
  await app.db.query(
    `INSERT INTO suppressions (user_id, channel, reason, expires_at, created_by)
     SELECT (c ->> 'id')::uuid, s ->> 'channel', 'other', CASE WHEN (s ->> 'expired')::boolean THEN now() - interval '1 s' END, 'a test'
     FROM jsonb_array_elements($1) c, jsonb_array_elements(c -> 'suppressions') s`,
    [JSON.stringify(customers)],
  );
  const changes = {
    ...rules,
    segment_ids: [segments.included.id, segments.alsoIncluded.id],
    excluded_segment_ids: excludes ? [segments.excluded.id] : [],
  };
  return (await app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send(changes).expect(200)).body;
}

it('everyone matched is targeted or has the one reason that plain words give him, in a dry run as in the dispatch', async () => {
  const facts = fc.tuple(fc.uniqueArray(customer, { selector: ({ id }) => id, minLength: 1, maxLength: 60 }), rules);
  await fc.assert(
    fc.asyncProperty(facts, async ([customers, rules]) => {
      const campaign = await make(customers, rules);
      const expected = customers
        .flatMap((one) => [[one.id, standingOf(one, rules, campaign.id)] as const])
        .filter(([, standing]) => standing !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const count = (standing: string) => expected.filter(([, one]) => one === standing).length;

      for (const dry_run of [true, false]) {
        const { id, matched, targeted, reasons, queued, already_notified } = await dispatch(campaign, { dry_run });

        expect(await audienceOf(app, id)).toEqual(expected);
        expect({ matched, targeted, ...reasons }).toEqual({
          matched: expected.length,
          targeted: count('targeted'),
          excluded: count('excluded'),
          suppressed: count('suppressed'),
          already_notified: count('already_notified'),
          frequency_capped: count('frequency_capped'),
          holdout: count('holdout'),
        });
        expect(matched).toBe(targeted + Object.values<number>(reasons).reduce((sum, one) => sum + one, 0));
        expect([queued, already_notified]).toEqual([dry_run ? 0 : targeted, reasons.already_notified]);
        const written = expected.filter(([, standing]) => !dry_run && standing === 'targeted').map(([user]) => user);
        expect(await notified(app.db, { dispatch: id })).toEqual(written);
      }
    }),
    { numRuns: 30, seed: 4 },
  );
}, 120_000);
