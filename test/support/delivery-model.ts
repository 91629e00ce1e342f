import {
  type Answer,
  type Aside,
  type Channel,
  type DeliveryOp,
  type Failure,
  isSuppressed,
  type Lease,
  type Notification,
  type Run,
  says,
  type State,
  WRITTEN,
} from './model-state';

type Claim = Extract<DeliveryOp, { do: 'claim' }>;
type Settle = Extract<DeliveryOp, { do: 'settle' }>;

/** Failed so often, it is given up. */
const LAST_FAILURE = 5;
/** Lost so often, it is handed out alone; and given up. */
const [ALONE, LAST_LOSS] = [3, 10];
const GIVEN_UP = 'lost 10 times: the workers that took it never settled it';

const LOST: Answer = { status: 409, problem: 'lease-lost' };

/** As `after` of campaigns, of what workers do and of what is done to what they left. */
export function afterDelivery(state: State, op: DeliveryOp, answer: Answer, alone: boolean): State | undefined {
  const said = (expected: Answer, next: State = state): State | undefined => (says(answer, expected) ? next : undefined);
  switch (op.do) {
    case 'mark-sent':
    case 'mark-failed': {
      const [as, id] = [op.do === 'mark-sent' ? ('sent' as const) : ('failed' as const), `${op.run}:${op.user}`];
      const one = find(state, id);
      if (!one) return said({ status: 404, problem: 'notification-not-found' });
      // what is shown was read afterwards: what failed may have been put back by then
      const done: Answer = as === 'failed' && !alone ? { status: 200 } : { status: 200, is: as };
      if (one.is === as) return said(done);
      if (one.is !== 'queued') return said({ status: 409, problem: 'notification-settled' });
      return said(done, withAll(state, [[id, settled(one, as, null)]]));
    }
    case 'claim':
      return claimed(state, op, answer, alone);
    case 'settle':
      return afterSettle(state, op, answer);
    case 'extend':
      if (isLost(state, op.token, answer)) return said(LOST, lost(state, op.token));
      return said({ status: 200 }, withLease(state, op.token, { is: 'held' }));
    case 'release': {
      if (isLost(state, op.token, answer)) return said(LOST, lost(state, op.token));
      const back = held(state, op.token).map(([id, one]): Change => [id, { ...free(one), retry: one.retry && 'due' }]);
      const { open: released } = state.leases[op.token];
      return said({ status: 200, released }, withLease(withAll(state, back), op.token, { is: 'over' }));
    }
    case 'expire':
      return op.tokens
        .filter((token) => state.leases[token].is === 'held')
        .reduce((now, token) => withLease(now, token, { is: 'expired' }), state);
    case 'due': {
      const waiting = all(state).filter(([, { retry, lease }]) => retry !== null && lease === null);
      return withAll(state, waiting.map(([id, one]) => [id, { ...one, retry: 'due' }])); // prettier-ignore
    }
    case 'redrive': {
      const { status, kind } = state.runs[op.run];
      if (!['writing', 'dispatched', 'paused'].includes(status) || kind === 'dry_run')
        return said({ status: 409, problem: 'dispatch-over' });
      const again = of(state, op.run).filter(
        ([, { is, error }]) => is === 'failed' && [undefined, error].includes(op.error),
      );
      const next = withAll(state, again.map(([id, { attempts, error }]) => [id, { ...WRITTEN, attempts, error, tried: null, retry: 'due' }])); // prettier-ignore
      return said({ status: 200, redriven: again.length }, next);
    }
  }
}

/** What failed of a dispatch for good, and what may still be delivered, by why. */
export function failures(state: State, run: string): Set<{ error: string | null; failed: number; retrying: number }> {
  const failed = of(state, run).flatMap(([, one]) => (one.is === 'failed' ? [one.error] : []));
  const retrying = of(state, run).flatMap(([, one]) =>
    one.is === 'queued' && one.failures > 0 && !state.runs[run].isCancelled ? [one.error] : [],
  );
  const times = (all: (string | null)[], error: string | null) => all.filter((one) => one === error).length;
  return new Set(
    [...new Set([...failed, ...retrying])].map((error) => ({
      error,
      failed: times(failed, error),
      retrying: times(retrying, error),
    })),
  );
}

/** Which ones a claim takes is the service's choice; whether it may is said here. */
function claimed(before: State, op: Claim, answer: Answer, alone: boolean): State | undefined {
  const { status, token, claimed = [], aside = [] } = answer;
  if (status !== 200) return undefined;
  const ids = claimed.map(({ id }) => id);
  const from = leasesOf(before, [...ids, ...aside.flatMap(({ ids }) => ids)]);
  if (from.some((one) => before.leases[one].is === 'held')) return undefined;
  const left = setAside(from.reduce(lost, before), op, aside);
  if (!left) return undefined;
  const next = doubt(left, op.channel);
  if (!token) return ids.length === 0 && !(alone && all(left).some(([id]) => isSure(left, id, op))) ? next : undefined;

  const { channel } = runOf(before, ids[0]).rules;
  const may = claimed.every(({ id, attempt }) => {
    const one = find(left, id);
    if (!one || (one.losses >= ALONE && ids.length > 1)) return false;
    const tried = attempt - 1 - one.failures - one.losses;
    if (one.tried === null ? tried < one.attempts : tried !== one.tried) return false;
    return isFree(left, id, one, op) && !isSuppressed(left, userOf(id), channel);
  });
  if (!may || ids.length > op.limit || new Set(ids).size < ids.length || !areTogether(left, ids)) return undefined;
  // an id that was marked by name at this moment is in the lease without having been handed out
  const unseen = answer.open! - ids.length;
  if (unseen < 0 || (alone && unseen > 0)) return undefined;
  const ofRetries = find(left, ids[0])!.retry !== null;
  const lease: Lease = { channel, ids, ofRetries, open: answer.open!, is: 'held', receipts: {} };
  const hands = claimed.map(({ id, attempt }): Change => {
    const one = find(left, id)!;
    return [id, { ...one, lease: token, tried: attempt - 1 - one.failures - one.losses }];
  });
  const taken = withAll(next, hands);
  return { ...taken, leases: { ...taken.leases, [token]: lease } };
}

/** One lease is of neighbours in one dispatch with one history, or of some that have their own times; in one channel. */
function areTogether(state: State, ids: string[]): boolean {
  const kinds = ids.map((id) => {
    const { retry, losses } = find(state, id)!;
    return retry ? `retries ${runOf(state, id).rules.channel}` : `${id.split(':')[0]} ${losses}`;
  });
  return new Set(kinds).size === 1;
}

/** What a claim did not hand out though it was there. Undefined where it had to, or might not touch it. */
function setAside(state: State, op: Claim, aside: readonly Aside[]): State | undefined {
  const withheld = aside.flatMap(({ as, ids }) => (as === 'withheld' ? ids : []));
  const isWrong = aside.some(({ as, ids }) =>
    ids.some((id) => {
      const one = find(state, id);
      if (as === 'failed') return one?.error !== GIVEN_UP; // losing the lease did that
      return !one || !isFree(state, id, one, op) || !isSuppressed(state, userOf(id), runOf(state, id).rules.channel);
    }),
  );
  if (isWrong) return undefined;
  return withAll(state, withheld.map((id) => [id, { ...free(find(state, id)!), is: 'withheld', retry: null }])); // prettier-ignore
}

/** A claim may have found every lease that ran out. */
const doubt = (state: State, channel?: Channel): State =>
  Object.entries(state.leases)
    .filter(([, lease]) => lease.is === 'expired' && [undefined, lease.channel].includes(channel))
    .filter(([, { ids, ofRetries }]) => ofRetries || isClaimable(runOf(state, ids[0])))
    .reduce((now, [token]) => withLease(now, token, { is: 'doubtful' }), state);

/** Whether a claim may hand it out. */
const isFree = (state: State, id: string, { is, retry, lease }: Notification, { channel }: Claim): boolean => {
  const run = runOf(state, id);
  return (
    is === 'queued' &&
    lease === null &&
    retry !== 'later' &&
    isClaimable(run) &&
    [undefined, run.rules.channel].includes(channel)
  );
};

/** Whether a claim that finds nothing else and is not disturbed hands it out. */
function isSure(state: State, id: string, op: Claim): boolean {
  const one = find(state, id)!;
  if (isSuppressed(state, userOf(id), runOf(state, id).rules.channel)) return false;
  if (one.lease !== null && (one.retry || state.leases[one.lease].is === 'held')) return false; // a lost retry waits a moment
  return one.retry !== 'perhaps' && isFree(state, id, free(one), op);
}

const isClaimable = ({ status }: Run) => ['writing', 'dispatched'].includes(status);

function afterSettle(state: State, { token, sent, failed }: Settle, answer: Answer): State | undefined {
  const asked = JSON.stringify({ sent, failed });
  const before = state.leases[token].receipts[asked];
  if (before) return says(answer, before) ? state : undefined;
  if (isLost(state, token, answer)) return says(answer, LOST) ? lost(state, token) : undefined;

  const changes = new Map<string, Notification>();
  const isOpen = (id: string) => find(state, id)?.lease === token && !changes.has(id);
  for (const id of sent) if (isOpen(id)) changes.set(id, settled(find(state, id)!, 'sent', null));
  for (const one of failed) if (isOpen(one.id)) changes.set(one.id, afterFailure(find(state, one.id)!, one));
  const rejected = [...new Set([...sent, ...failed.map(({ id }) => id)])].filter((id) => !changes.has(id)).sort().join(' '); // prettier-ignore
  const next = withAll(state, [...changes]);
  const counted = state.leases[token].open - changes.size;
  const open = rejected && counted > 0 ? held(next, token).length : counted;
  const count = (is: Notification['is']) => [...changes.values()].filter((one) => one.is === is).length;
  const expected = { status: 200, sent: count('sent'), failed: count('failed'), retrying: count('queued'), open, rejected };
  const receipts = { ...state.leases[token].receipts, [asked]: expected };
  return says(answer, expected)
    ? withLease(next, token, { open, receipts, ...(open === 0 && { is: 'over' as const }) })
    : undefined;
}

const settled = (one: Notification, is: 'sent' | 'failed', error: string | null): Notification => ({
  ...{ ...WRITTEN, attempts: one.attempts + 1 },
  ...{ is, error },
});

function afterFailure(one: Notification, { retry, retry_after_seconds: after, ...said }: Failure): Notification {
  const [failures, error] = [one.failures + 1, said.error ?? null];
  if (retry === false || failures === LAST_FAILURE) return settled(one, 'failed', error);
  const when = after === undefined ? ('perhaps' as const) : after === 0 ? ('due' as const) : ('later' as const);
  return { ...free(one), attempts: one.attempts + 1, error, failures, retry: when };
}

/** Whether it was certainly lost, or may have been lost, and says so. */
const isLost = ({ leases }: State, token: string, { status }: Answer): boolean =>
  leases[token].is === 'over' || (leases[token].is === 'doubtful' && status !== 200);

/** Ends a lease that ran out: what is open in it is for others. */
function lost(state: State, token: string): State {
  if (state.leases[token].is === 'over') return state;
  const back = held(state, token).map(([id, one]): Change => {
    const next = { ...free(one), losses: one.losses + 1 };
    if (one.retry === null) return [id, next.losses < ALONE ? next : { ...next, retry: 'due' }];
    return [id, next.losses < LAST_LOSS ? { ...next, retry: 'perhaps' } : settled(one, 'failed', GIVEN_UP)];
  });
  return withLease(withAll(state, back), token, { is: 'over' });
}

const free = (one: Notification): Notification => ({ ...one, lease: null });

const userOf = (id: string): string => id.split(':')[1];
const runOf = ({ runs }: State, id: string): Run => runs[id.split(':')[0]];
const find = (state: State, id: string): Notification | undefined => runOf(state, id)?.notifications[userOf(id)];

type Change = [id: string, Notification];

const of = ({ runs }: State, run: string): Change[] =>
  Object.entries(runs[run].notifications).map(([user, one]) => [`${run}:${user}`, one]);
const all = (state: State): Change[] => Object.keys(state.runs).flatMap((run) => of(state, run));

/** What is open in a lease. */
const held = (state: State, token: string): Change[] =>
  state.leases[token].ids.flatMap((id): Change[] => {
    const one = find(state, id)!;
    return one.lease === token ? [[id, one]] : [];
  });

/** The leases in which they are. */
const leasesOf = (state: State, ids: string[]): string[] => [...new Set(ids.flatMap((id) => find(state, id)?.lease ?? []))];

function withAll(state: State, changes: Change[]): State {
  if (changes.length === 0) return state;
  const byRun: Record<string, Record<string, Notification>> = {};
  for (const [id, one] of changes) (byRun[id.split(':')[0]] ??= {})[userOf(id)] = one;
  const runs = { ...state.runs };
  for (const [id, changed] of Object.entries(byRun))
    runs[id] = { ...runs[id], notifications: { ...runs[id].notifications, ...changed } };
  return { ...state, runs };
}

const withLease = (state: State, token: string, change: Partial<Lease>): State => ({
  ...state,
  leases: { ...state.leases, [token]: { ...state.leases[token], ...change } },
});
