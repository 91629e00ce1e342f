import fc from 'fast-check';
import { type Op, type Rules, type State, wouldTarget } from './campaign-model';

/** An operation to be, and who it is about when it comes to it; undefined where there is nobody. */
export type Plan = (state: State) => Op | undefined;

export const segmentNumbers = fc.subarray([0, 1, 2, 3]);

export const rules: fc.Arbitrary<Rules> = fc.record(
  {
    segments: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
    excluded: fc.constantFrom([], [], [3]),
    channel: fc.constantFrom('sms', 'email'),
    cap: fc.constantFrom(null, 1, 2),
    holdout: fc.constantFrom(0, 0, 25, 99),
    once: fc.constantFrom(true, true, false),
  },
  { noNullPrototype: true },
);

/** A place in a list, whatever its length by then. */
const pick = fc.nat(1000);
const at = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];
/** Mostly of the last two. */
const recent = <T>(list: readonly T[], n: number): T | undefined => at(list.slice(n % 4 === 0 ? 0 : -2), n);

const runOf = ({ runs }: State, n: number) => recent(Object.keys(runs), n);
const userOf = ({ customers }: State, n: number) => at(Object.keys(customers), n)!;
const campaignOf = ({ campaigns }: State, n: number) => at(Object.keys(campaigns), n)!;

const onRun = (name: 'pause' | 'resume' | 'cancel' | 'step') =>
  pick.map((n): Plan => (state) => {
    const run = runOf(state, n);
    return run === undefined ? undefined : { do: name, run };
  });

const onNotification = (name: 'mark-sent' | 'mark-failed') =>
  fc.tuple(pick, pick).map(([n, m]): Plan => (state) => {
    const run = runOf(state, n);
    if (run === undefined) return undefined;
    const written = Object.keys(state.runs[run].notifications);
    return { do: name, run, user: (m % 8 ? at(written, m) : undefined) ?? userOf(state, m) };
  });

/** With the number expected that there are, with one too many, or without. */
const dispatch = fc.tuple(pick, fc.constantFrom(undefined, undefined, 0, 1)).map(([n, off]): Plan => (state) => {
  const campaign = campaignOf(state, n);
  const expected = off === undefined ? undefined : wouldTarget(state, campaign) + off;
  return { do: 'dispatch', campaign, kind: 'campaign', expected };
});
const dryRun = pick.map((n): Plan => (state) => ({ do: 'dispatch', campaign: campaignOf(state, n), kind: 'dry_run' }));
const testSend = fc.tuple(pick, fc.array(pick, { minLength: 1, maxLength: 3 })).map(([n, users]): Plan => (state) => ({
  do: 'test-send',
  campaign: campaignOf(state, n),
  users: [...new Set(users.map((m) => userOf(state, m)))],
}));

const channel = fc.constantFrom('' as const, 'sms' as const, 'email' as const);
const suppress = fc
  .tuple(pick, channel)
  .map(([n, channel]): Plan => (state) => ({ do: 'suppress', user: userOf(state, n), channel }));
const unsuppress = fc.tuple(pick, channel).map(([n, channel]): Plan => (state) => {
  const suppressed = at(Object.keys(state.suppressed), n)?.split(' ');
  if (!suppressed) return { do: 'unsuppress', user: userOf(state, n), channel };
  return { do: 'unsuppress', user: suppressed[0], channel: suppressed[1] as typeof channel };
});

const create = rules.map(
  (rules): Plan =>
    ({ campaigns }) =>
      Object.keys(campaigns).length < 3 ? { do: 'create', rules } : undefined,
);
const edit = fc
  .tuple(pick, rules)
  .map(([n, rules]): Plan => (state) => ({ do: 'edit', campaign: campaignOf(state, n), rules }));
const arrive = fc.tuple(fc.uuid(), segmentNumbers).map(([user, segments]): Plan => () => ({ do: 'arrive', user, segments }));
const leave = pick.map((n): Plan => (state) => ({ do: 'leave', user: userOf(state, n) }));

/** Whatever may be done, the commoner the more of it there is to go wrong. */
export const plan: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 9, arbitrary: onRun('step') },
  { weight: 4, arbitrary: dispatch },
  { weight: 1, arbitrary: dryRun },
  { weight: 1, arbitrary: testSend },
  { weight: 2, arbitrary: onRun('pause') },
  { weight: 3, arbitrary: onRun('resume') },
  { weight: 1, arbitrary: onRun('cancel') },
  { weight: 3, arbitrary: onNotification('mark-sent') },
  { weight: 1, arbitrary: onNotification('mark-failed') },
  { weight: 2, arbitrary: suppress },
  { weight: 1, arbitrary: unsuppress },
  { weight: 1, arbitrary: create },
  { weight: 2, arbitrary: edit },
  { weight: 2, arbitrary: arrive },
  { weight: 1, arbitrary: leave },
);
