import fc from 'fast-check';
import { wouldTarget } from './campaign-model';
import type { Op, Rules, State } from './model-state';
import { at, pick, type Plan, runOf, userOf } from './plan';

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

const campaignOf = ({ campaigns }: State, n: number) => at(Object.keys(campaigns), n)!;

const onRun = (name: 'pause' | 'resume' | 'cancel' | 'step') =>
  pick.map((n): Plan => (state) => {
    const run = runOf(state, n);
    return run === undefined ? undefined : { do: name, run };
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

/** Whatever admins and dispatchers do, the commoner the more of it there is to go wrong. */
export const campaignPlan: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 9, arbitrary: onRun('step') },
  { weight: 4, arbitrary: dispatch },
  { weight: 1, arbitrary: dryRun },
  { weight: 1, arbitrary: testSend },
  { weight: 2, arbitrary: onRun('pause') },
  { weight: 3, arbitrary: onRun('resume') },
  { weight: 1, arbitrary: onRun('cancel') },
  { weight: 2, arbitrary: suppress },
  { weight: 1, arbitrary: unsuppress },
  { weight: 1, arbitrary: create },
  { weight: 2, arbitrary: edit },
  { weight: 2, arbitrary: arrive },
  { weight: 1, arbitrary: leave },
);

const FOR_ALL: Omit<Rules, 'channel'> = {
  ...{ segments: [0, 1, 2, 3], excluded: [], cap: null, holdout: 0, once: false },
};

/** A campaign dispatched from beginning to end, one round after the other. */
export const wholeDispatch: fc.Arbitrary<Plan[]> = pick.map((n) => {
  const step: Plan = ({ runs }) => ({ do: 'step', run: Object.keys(runs).at(-1)! });
  return [(state): Op => ({ do: 'dispatch', campaign: campaignOf(state, n), kind: 'campaign' }), step, step, step];
});

/** Two campaigns for everybody, one a channel, both dispatched: rounds of two operations. */
export const bothDispatched: Plan[][] = [
  (['sms', 'email'] as const).map((channel): Plan => () => ({ do: 'create', rules: { ...FOR_ALL, channel } })),
  [0, 1].map((n): Plan => (state) => ({ do: 'dispatch', campaign: campaignOf(state, n), kind: 'campaign' })),
  ...[1, 2, 3].map(() => [0, 1].map((n): Plan => ({ runs }) => ({ do: 'step', run: at(Object.keys(runs), n)! }))),
];
