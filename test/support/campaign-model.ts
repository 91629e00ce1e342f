import { afterDelivery } from './delivery-model';
import { isHeldOut } from './held-out';
import {
  type Answer,
  isSuppressed,
  type Notification,
  type Op,
  reached,
  type Rules,
  type Run,
  says,
  type Standing,
  standings,
  type State,
  withRun,
  WRITTEN,
} from './model-state';

const CHUNK = 5000;
const UNDER_WAY = ['resolving', 'writing'];

/**
 * The state after an operation that had this answer; undefined where it could have had no such answer. `alone`: nothing else was
 * under way, so that nobody can have found it busy.
 */
export function after(state: State, op: Op, answer: Answer, alone: boolean): State | undefined {
  const said = (expected: Answer, next: State = state): State | undefined => (says(answer, expected) ? next : undefined);
  switch (op.do) {
    case 'create':
      return said({ status: 201 }, { ...state, campaigns: { ...state.campaigns, [answer.id!]: op.rules } });
    case 'edit':
      return said({ status: 200 }, { ...state, campaigns: { ...state.campaigns, [op.campaign]: op.rules } });
    case 'dispatch': {
      if (op.kind === 'campaign' && Object.values(state.runs).some((run) => run.campaign === op.campaign && isInTheWay(run)))
        return said({ status: 409, problem: 'dispatch-in-progress' });
      const rules = state.campaigns[op.campaign];
      return said(
        { status: 202 },
        withRun(state, answer.id!, { ...newRun(op.campaign, op.kind, rules), expected: op.expected }),
      );
    }
    case 'test-send': {
      if (op.users.some((user) => !state.customers[user].active)) return said({ status: 400, problem: 'bad-request' });
      const rules = { ...state.campaigns[op.campaign], segments: [], excluded: [], cap: null, holdout: 0, once: false };
      return said({ status: 202 }, withRun(state, answer.id!, { ...newRun(op.campaign, 'test', rules), users: op.users }));
    }
    case 'pause':
    case 'resume':
    case 'cancel': {
      const moved = move(state.runs[op.run], op.do);
      if (!moved) return said({ status: 409, problem: 'dispatch-over' });
      return said({ status: 200, is: moved.status }, withRun(state, op.run, moved));
    }
    case 'step': {
      const run = state.runs[op.run];
      if (answer.is === 'done')
        return UNDER_WAY.includes(run.status) ? withRun(state, op.run, stepped(state, op.run)) : undefined;
      return alone && UNDER_WAY.includes(run.status) ? undefined : state;
    }
    case 'suppress': {
      const key = `${op.user} ${op.channel}`;
      return said(
        { status: key in state.suppressed ? 200 : 201 },
        { ...state, suppressed: { ...state.suppressed, [key]: true } },
      );
    }
    case 'unsuppress': {
      const { [`${op.user} ${op.channel}`]: was, ...suppressed } = state.suppressed;
      return was ? said({ status: 204 }, { ...state, suppressed }) : said({ status: 404, problem: 'suppression-not-found' });
    }
    case 'arrive':
      return { ...state, customers: { ...state.customers, [op.user]: { active: true, segments: op.segments } } };
    case 'leave':
      return { ...state, customers: { ...state.customers, [op.user]: { ...state.customers[op.user], active: false } } };
    default:
      return afterDelivery(state, op, answer, alone);
  }
}

const newRun = (campaign: string, kind: Run['kind'], rules: Rules): Run => ({
  ...{ campaign, kind, rules, status: 'resolving', nextChunk: 0, isWritten: false, isCancelled: false, notifications: {} },
});

/** Whether a campaign cannot be dispatched because of this run. */
const isInTheWay = ({ kind, status }: Run) => kind === 'campaign' && [...UNDER_WAY, 'paused'].includes(status);

/** The run after a move, or undefined where it may not make it. */
function move(run: Run, to: 'pause' | 'resume' | 'cancel'): Run | undefined {
  const { status, kind } = run;
  if (to === 'resume') {
    if (status === 'paused')
      return { ...run, status: run.isWritten ? 'dispatched' : run.audience ? 'writing' : 'resolving' };
    return [...UNDER_WAY, 'dispatched'].includes(status) ? run : undefined;
  }
  if (to === 'pause') {
    if (status === 'paused') return run;
    return [...UNDER_WAY, 'dispatched'].includes(status) && kind !== 'dry_run' ? { ...run, status: 'paused' } : undefined;
  }
  if (status === 'cancelled') return run;
  if (['failed', 'previewed'].includes(status)) return undefined;
  if (status === 'dispatched' && !Object.values(run.notifications).some(({ is }) => is === 'queued')) return undefined;
  return { ...run, status: 'cancelled', isCancelled: true };
}

/** The run after its next step. */
function stepped(state: State, id: string): Run {
  const run = state.runs[id];
  if (run.status === 'resolving') {
    const audience = resolved(state, run);
    const isMissed = run.expected !== undefined && run.kind === 'campaign' && targetedIn(audience).length !== run.expected;
    return { ...run, audience, status: isMissed ? 'failed' : run.kind === 'dry_run' ? 'previewed' : 'writing' };
  }
  const chunks = Math.ceil(run.audience!.length / CHUNK);
  if (run.nextChunk === chunks) return { ...run, status: 'dispatched', isWritten: true };
  const [from, to] = [run.nextChunk * CHUNK, (run.nextChunk + 1) * CHUNK];
  const { cap, channel } = run.rules;
  // since it was resolved, suppressions may have come, and other runs been written
  const now = (user: string): Standing | undefined => {
    if (isSuppressed(state, user, channel)) return 'suppressed';
    return cap !== null && timesHad(state, user, (other) => other !== run) >= cap ? 'frequency_capped' : undefined;
  };
  const audience = run.audience!.map(([user, standing], i): [string, Standing] => {
    const isHere = i >= from && i < to && ['targeted', 'holdout'].includes(standing);
    return [user, (isHere && now(user)) || standing];
  });
  const written = targetedIn(audience.slice(from, to)).map((user) => [user, WRITTEN] as const);
  const next = audience.findIndex(([, standing], i) => i >= to && standing === 'targeted');
  return {
    ...run,
    audience,
    notifications: { ...run.notifications, ...Object.fromEntries(written) },
    nextChunk: next < 0 ? chunks : Math.floor(next / CHUNK), // chunks in which nobody is targeted are passed over
  };
}

const targetedIn = (audience: NonNullable<Run['audience']>): string[] =>
  audience.flatMap(([user, standing]) => (standing === 'targeted' ? [user] : []));

/** How many would be targeted by a dispatch now. */
export const wouldTarget = (state: State, campaign: string): number =>
  targetedIn(resolved(state, newRun(campaign, 'campaign', state.campaigns[campaign]))).length;

function resolved(state: State, run: Run): NonNullable<Run['audience']> {
  const { customers } = state;
  const { segments, excluded, channel, once, cap, holdout } = run.rules;
  const isIn = (user: string, numbers: readonly number[]) => numbers.some((n) => customers[user].segments.includes(n));
  const standing = (user: string): Standing => {
    if (isIn(user, excluded)) return 'excluded';
    if (isSuppressed(state, user, channel)) return 'suppressed';
    if (once && timesHad(state, user, (other) => other.campaign === run.campaign) > 0) return 'already_notified';
    if (cap !== null && timesHad(state, user, () => true) >= cap) return 'frequency_capped';
    return isHeldOut(run.campaign, user, holdout) ? 'holdout' : 'targeted';
  };
  return Object.keys(customers)
    .filter((user) => customers[user].active && (run.users ? run.users.includes(user) : isIn(user, segments)))
    .sort()
    .map((user) => [user, standing(user)]);
}

/** How many notifications of campaigns a customer got, or may still get, in these runs. */
const timesHad = ({ runs, leases }: State, user: string, counts: (run: Run) => boolean): number =>
  Object.values(runs).filter((run) => {
    const one = run.notifications[user];
    // what was cancelled in a worker's hands may still be sent
    const isHeld = one?.is === 'queued' && one.lease !== null && leases[one.lease].is === 'held';
    return run.kind === 'campaign' && one !== undefined && (reached(one, run) || isHeld) && counts(run);
  }).length;

/** A state as the service shows it. */
export function shown({ campaigns, runs, suppressed }: State) {
  const each = <T, U>(all: Readonly<Record<string, T>>, view: (one: T) => U) =>
    Object.fromEntries(Object.entries(all).map(([id, one]) => [id, view(one)]));
  const lines = ({ notifications }: Run, view: (one: Notification) => string | number) =>
    Object.keys(notifications)
      .sort()
      .flatMap((user) => {
        const said = view(notifications[user]);
        return said ? [`${user} ${said}`] : [];
      });
  return {
    campaigns,
    suppressed: Object.keys(suppressed).sort(),
    runs: each(runs, figures),
    audiences: each(runs, ({ audience = [] }) => audience.map(([user, standing]) => `${user} ${standing}`)),
    notifications: each(runs, (run) => lines(run, (one) => (reached(one, run) ? one.is : 'cancelled'))),
    attempts: each(runs, (run) => lines(run, ({ attempts }) => attempts)),
  };
}

function figures(run: Run) {
  const { campaign, kind, status, rules, audience = [] } = run;
  const count = (standing: Standing) => audience.filter(([, one]) => one === standing).length;
  const all = Object.values(run.notifications);
  const now = all.filter((one) => reached(one, run));
  const [queued, sent, failed] = (['queued', 'sent', 'failed'] as const).map(
    (is) => now.filter((one) => one.is === is).length,
  );
  return {
    ...{ campaign, kind, status, rules },
    matched: audience.length,
    standings: Object.fromEntries(standings.map((standing) => [standing, count(standing)])),
    queued: all.length,
    progress: { queued, sent, failed, cancelled: all.length - now.length },
    error: status === 'failed' ? 'audience-moved' : null,
  };
}
