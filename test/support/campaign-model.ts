import { isHeldOut } from './held-out';

/** What campaigns, dispatches and notifications should come to, in plain words: states are values, a change gives a new one. */
export interface State {
  customers: Readonly<Record<string, Customer>>;
  /** `<customer> <channel>`, or `<customer> ` for every channel. */
  suppressed: Readonly<Record<string, true>>;
  campaigns: Readonly<Record<string, Rules>>;
  runs: Readonly<Record<string, Run>>;
}

interface Customer {
  active: boolean;
  /** The segments he is in, by their number. */
  segments: readonly number[];
}

export interface Rules {
  segments: readonly number[];
  excluded: readonly number[];
  channel: 'sms' | 'email';
  /** How often a customer may be messaged in a week; null: no limit. */
  cap: number | null;
  holdout: number;
  once: boolean;
}

export const standings = ['targeted', 'excluded', 'suppressed', 'already_notified', 'frequency_capped', 'holdout'] as const;
type Standing = (typeof standings)[number];

export interface Run {
  campaign: string;
  kind: 'campaign' | 'test' | 'dry_run';
  status: 'resolving' | 'writing' | 'dispatched' | 'paused' | 'cancelled' | 'failed' | 'previewed';
  rules: Rules;
  expected?: number;
  /** Of a test: to whom. */
  users?: readonly string[];
  /** Everyone matched, by id; undefined until it is resolved. */
  audience?: readonly (readonly [user: string, standing: Standing])[];
  nextChunk: number;
  /** All of it was written. */
  isWritten: boolean;
  /** What is not settled is withdrawn. */
  isCancelled: boolean;
  notifications: Readonly<Record<string, 'queued' | 'sent' | 'failed'>>;
}

/** What a client does, or a dispatcher. */
export type Op =
  | { do: 'create'; rules: Rules }
  | { do: 'edit'; campaign: string; rules: Rules }
  | { do: 'dispatch'; campaign: string; kind: 'campaign' | 'dry_run'; expected?: number }
  | { do: 'test-send'; campaign: string; users: string[] }
  | { do: 'pause' | 'resume' | 'cancel' | 'step'; run: string }
  | { do: 'mark-sent' | 'mark-failed'; run: string; user: string }
  | { do: 'suppress' | 'unsuppress'; user: string; channel: '' | 'sms' | 'email' }
  | { do: 'arrive'; user: string; segments: number[] }
  | { do: 'leave'; user: string };

/** What came of it: an HTTP status, the name of the problem, the id of what was made, the status of the dispatch or what the step came to. */
export interface Answer {
  status: number;
  problem?: string;
  id?: string;
  is?: string;
}

const CHUNK = 5000;
const UNDER_WAY = ['resolving', 'writing'];

/**
 * The state after an operation that had this answer; undefined where it could have had no such answer. `alone`: nothing else was
 * under way, so that nobody can have found it busy.
 */
export function after(state: State, op: Op, answer: Answer, alone: boolean): State | undefined {
  const said = (expected: Answer, next: State = state): State | undefined =>
    Object.entries(expected).every(([key, value]) => answer[key as keyof Answer] === value) ? next : undefined;
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
    case 'mark-sent':
    case 'mark-failed': {
      const run = state.runs[op.run];
      const [as, is] = [op.do === 'mark-sent' ? ('sent' as const) : ('failed' as const), run.notifications[op.user]];
      if (is === undefined) return said({ status: 404, problem: 'notification-not-found' });
      if (is !== 'queued' && is !== as) return said({ status: 409, problem: 'notification-settled' });
      const notifications = is === as ? run.notifications : { ...run.notifications, [op.user]: as };
      return said({ status: 200, is: as }, withRun(state, op.run, { ...run, notifications }));
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
  }
}

const withRun = (state: State, id: string, run: Run): State => ({ ...state, runs: { ...state.runs, [id]: run } });

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
  if (status === 'dispatched' && !Object.values(run.notifications).includes('queued')) return undefined;
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
  const written = targetedIn(audience.slice(from, to)).map((user) => [user, 'queued'] as const);
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

const isSuppressed = ({ suppressed }: State, user: string, channel: string) =>
  `${user} ` in suppressed || `${user} ${channel}` in suppressed;

/** How many notifications of campaigns a customer got, or may still get, in these runs. */
const timesHad = ({ runs }: State, user: string, counts: (run: Run) => boolean): number =>
  Object.values(runs).filter((run) => {
    const is = run.notifications[user];
    return run.kind === 'campaign' && is !== undefined && !(is === 'queued' && run.isCancelled) && counts(run);
  }).length;

/** A state as the service shows it. */
export function shown({ campaigns, runs, suppressed }: State) {
  const each = <T, U>(all: Readonly<Record<string, T>>, view: (one: T) => U) =>
    Object.fromEntries(Object.entries(all).map(([id, one]) => [id, view(one)]));
  return {
    campaigns,
    suppressed: Object.keys(suppressed).sort(),
    runs: each(runs, figures),
    audiences: each(runs, ({ audience = [] }) => audience.map(([user, standing]) => `${user} ${standing}`)),
    notifications: each(runs, ({ notifications, isCancelled }) =>
      Object.keys(notifications)
        .sort()
        .map((user) => `${user} ${isCancelled && notifications[user] === 'queued' ? 'cancelled' : notifications[user]}`),
    ),
  };
}

function figures({ campaign, kind, status, rules, audience = [], notifications, isCancelled }: Run) {
  const count = (standing: Standing) => audience.filter(([, one]) => one === standing).length;
  const is = Object.values(notifications);
  const [queued, sent, failed] = (['queued', 'sent', 'failed'] as const).map((one) => is.filter((it) => it === one).length);
  return {
    ...{ campaign, kind, status, rules },
    matched: audience.length,
    standings: Object.fromEntries(standings.map((standing) => [standing, count(standing)])),
    queued: is.length,
    progress: { queued: isCancelled ? 0 : queued, sent, failed, cancelled: isCancelled ? queued : 0 },
    error: status === 'failed' ? 'audience-moved' : null,
  };
}
