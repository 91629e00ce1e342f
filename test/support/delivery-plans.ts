import fc from 'fast-check';
import type { Failure, Op, State } from './model-state';
import { at, pick, type Plan, recent, runOf, userOf } from './plan';

type Outcome = 'sent' | 'failed for good' | 'again at once' | 'again later' | 'again' | 'both';

const ERRORS = [undefined, 'mailbox full', 'no such number'];

/** Mostly of a lease that is under way, as far as is known. */
function leaseOf({ leases }: State, n: number): string | undefined {
  const all = Object.keys(leases);
  const open = all.filter((token) => leases[token].is !== 'over');
  return recent(n % 6 === 0 || open.length === 0 ? all : open, n);
}

const onLease = (plan: (token: string, state: State, n: number) => Op | undefined) =>
  pick.map((n): Plan => (state) => {
    const token = leaseOf(state, n);
    return token === undefined ? undefined : plan(token, state, n);
  });

const onNotification = (name: 'mark-sent' | 'mark-failed') =>
  fc.tuple(pick, pick).map(([n, m]): Plan => (state) => {
    const run = runOf(state, n);
    if (run === undefined) return undefined;
    const written = Object.keys(state.runs[run].notifications);
    return { do: name, run, user: (m % 8 ? at(written, m) : undefined) ?? userOf(state, m) };
  });

const claim = fc
  .tuple(fc.constantFrom(1, 2, 3, 3, 7, 7, 1000), fc.constantFrom(undefined, undefined, 'sms' as const, 'email' as const))
  .map(([limit, channel]): Plan => () => ({ do: 'claim', limit, channel }));

/** Some of a lease, or all; what becomes of them; and one that is not in it. */
const settle = fc
  .tuple(
    pick,
    fc.constantFrom('all', 'all', 'half', 'one'),
    fc.array(
      fc.constantFrom<Outcome>('sent', 'sent', 'sent', 'failed for good', 'again at once', 'again later', 'again', 'both'),
      { minLength: 1, maxLength: 4 },
    ),
    fc.option(pick, { freq: 5 }),
  )
  .map(([n, share, outcomes, stray]): Plan => (state) => {
    const token = leaseOf(state, n);
    if (token === undefined) return undefined;
    const { ids } = state.leases[token];
    const some = ids.filter((_, i) => share === 'all' || (share === 'half' ? i % 2 === n % 2 : i === n % ids.length));
    const other = stray === null ? undefined : strayOf(state, stray);
    return settleOf(
      token,
      other === undefined || some.includes(other) || some.length === 1000 ? some : [...some, other],
      outcomes,
      n,
    );
  });

function settleOf(token: string, ids: readonly string[], outcomes: readonly Outcome[], n = 0): Op {
  const becomes = ids.map((id, i) => ({ id, outcome: outcomes[i % outcomes.length], error: at(ERRORS, n + i) }));
  const sent = becomes.flatMap(({ id, outcome }) => (['sent', 'both'].includes(outcome) ? [id] : []));
  const failed = becomes.flatMap(({ id, error, outcome }): Failure[] => {
    if (outcome === 'sent') return [];
    if (outcome === 'failed for good') return [{ id, error, retry: false }];
    return [{ id, error, ...(outcome !== 'again' && { retry_after_seconds: outcome === 'again at once' ? 0 : 3600 }) }];
  });
  return { do: 'settle', token, sent, failed };
}

/** Rather one that somebody else may have. */
function strayOf({ runs }: State, n: number): string | undefined {
  const all = Object.entries(runs).flatMap(([run, { notifications }]) =>
    Object.entries(notifications).map(([user, one]) => ({ ...one, id: `${run}:${user}` })),
  );
  const again = all.filter(({ retry }) => retry !== null);
  return at(n % 3 > 0 && again.length > 0 ? again : all, n)?.id;
}

/** What was asked before. */
const settleAgain = onLease((token, { leases }, n) => {
  const asked = recent(Object.keys(leases[token].receipts), n);
  return asked === undefined ? undefined : { do: 'settle', token, ...(JSON.parse(asked) as { sent: string[]; failed: Failure[] }) }; // prettier-ignore
});

/** A customer for whom something lies ready; rather one for whom it is to be tried again. */
const suppressReady = fc
  .tuple(pick, fc.constantFrom('' as const, 'sms' as const, 'email' as const))
  .map(([n, channel]): Plan => (state) => {
    const run = runOf(state, n);
    const ready = Object.entries(run === undefined ? {} : state.runs[run].notifications).filter(
      ([, { is, lease }]) => is === 'queued' && lease === null,
    );
    const again = ready.filter(([, { retry }]) => retry !== null);
    const [user] = at(again.length > 0 ? again : ready, n) ?? [];
    return user === undefined ? undefined : { do: 'suppress', user, channel };
  });

const expire = onLease((token) => ({ do: 'expire', tokens: [token] }));
const due = fc.constant<Plan>(() => ({ do: 'due' }));
const redrive = fc
  .tuple(pick, fc.constantFrom(undefined, undefined, null, 'mailbox full'))
  .map(([n, error]): Plan => (state) => {
    const run = runOf(state, n);
    return run === undefined ? undefined : { do: 'redrive', run, error };
  });

/** Whatever workers do, and time, and whoever helps them. */
export const deliveryPlan: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 3, arbitrary: onNotification('mark-sent') },
  { weight: 2, arbitrary: onNotification('mark-failed') },
  { weight: 9, arbitrary: claim },
  { weight: 7, arbitrary: settle },
  { weight: 1, arbitrary: settleAgain },
  { weight: 2, arbitrary: onLease((token) => ({ do: 'extend', token })) },
  { weight: 2, arbitrary: onLease((token) => ({ do: 'release', token })) },
  { weight: 4, arbitrary: expire },
  { weight: 2, arbitrary: due },
  { weight: 2, arbitrary: redrive },
  { weight: 2, arbitrary: suppressReady },
);

/** Bad luck that comes again and again: everything fails, or nobody is heard of again. One round after the other. */
export const spell: fc.Arbitrary<Plan[]> = fc
  .tuple(fc.nat(11), fc.constantFrom(1, 1, 1000), fc.constantFrom('fails', 'is lost', 'is given back'))
  .map(([times, limit, what]) => {
    const claim: Plan = () => ({ do: 'claim', limit });
    const last = ({ leases }: State) => Object.keys(leases).at(-1);
    const luck: Plan = (state) => {
      const token = last(state);
      if (token === undefined || state.leases[token].is === 'over') return undefined;
      if (what === 'fails') return settleOf(token, state.leases[token].ids, ['again at once']);
      return what === 'is lost' ? { do: 'expire', tokens: [token] } : { do: 'release', token };
    };
    // whoever finds a lease that ran out may have to wait before what was in it is due
    const round: Plan[] = [claim, luck, ...(what === 'is lost' ? [claim, (): Op => ({ do: 'due' })] : [])];
    return Array.from({ length: times }, () => round).flat();
  });

/** The next thing to do until everything is delivered. */
export function deliverNext({ leases }: State): Op {
  const held = Object.keys(leases).find((token) => leases[token].is === 'held');
  return held === undefined ? { do: 'claim', limit: 1000 } : settleOf(held, leases[held].ids, ['sent']);
}
