/** What is known of campaigns, dispatches and notifications: states are values, a change gives a new one. */
export interface State {
  customers: Readonly<Record<string, Customer>>;
  /** `<customer> <channel>`, or `<customer> ` for every channel. */
  suppressed: Readonly<Record<string, true>>;
  campaigns: Readonly<Record<string, Rules>>;
  runs: Readonly<Record<string, Run>>;
  /** Every lease there was, by its token. */
  leases: Readonly<Record<string, Lease>>;
}

interface Customer {
  active: boolean;
  /** The segments he is in, by their number. */
  segments: readonly number[];
}

export type Channel = 'sms' | 'email';

export interface Rules {
  segments: readonly number[];
  excluded: readonly number[];
  channel: Channel;
  /** How often a customer may be messaged in a week; null: no limit. */
  cap: number | null;
  holdout: number;
  once: boolean;
}

export const standings = ['targeted', 'excluded', 'suppressed', 'already_notified', 'frequency_capped', 'holdout'] as const;
export type Standing = (typeof standings)[number];

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
  notifications: Readonly<Record<string, Notification>>;
}

export interface Notification {
  is: 'queued' | 'sent' | 'failed' | 'withheld';
  /** How often somebody said what became of it. */
  attempts: number;
  /** What was said last, of what failed. */
  error: string | null;
  /** How often it failed, and how often its worker was lost, since it was written or put back. */
  failures: number;
  losses: number;
  /** How many attempts are counted from before it was put back; null until somebody gets it, and sees. */
  tried: number | null;
  /** It has a time of its own: come, come perhaps, or not come. Null while it goes with its neighbours. */
  retry: 'due' | 'perhaps' | 'later' | null;
  /** In whose hands it is: of a lease that ran out until somebody is known to have taken it over. */
  lease: string | null;
}

export const WRITTEN: Notification = {
  ...{ is: 'queued', attempts: 0, error: null, failures: 0, losses: 0, tried: 0, retry: null, lease: null },
};

export interface Lease {
  channel: Channel;
  /** What was handed out with it. */
  ids: readonly string[];
  /** They had times of their own. */
  ofRetries: boolean;
  /** How many the service takes to be open in it: what was marked by name counts until somebody tries to settle it with the lease. */
  open: number;
  /** Held for certain; ran out, and nobody can have taken anything; ran out, and somebody claimed since; ended. */
  is: 'held' | 'expired' | 'doubtful' | 'over';
  /** The answers it was settled with, by what was asked. */
  receipts: Readonly<Record<string, Answer>>;
}

/** One that failed: for good, or to be tried again when the service says, or in so many seconds. */
export interface Failure {
  id: string;
  error?: string;
  retry?: false;
  retry_after_seconds?: number;
}

/** What a client does, or a dispatcher, or time. */
export type Op =
  | { do: 'create'; rules: Rules }
  | { do: 'edit'; campaign: string; rules: Rules }
  | { do: 'dispatch'; campaign: string; kind: 'campaign' | 'dry_run'; expected?: number }
  | { do: 'test-send'; campaign: string; users: string[] }
  | { do: 'pause' | 'resume' | 'cancel' | 'step'; run: string }
  | { do: 'suppress'; user: string; channel: '' | Channel }
  | { do: 'unsuppress'; user: string; channel: '' | Channel }
  | { do: 'arrive'; user: string; segments: number[] }
  | { do: 'leave'; user: string }
  | DeliveryOp;

export type DeliveryOp =
  | { do: 'mark-sent' | 'mark-failed'; run: string; user: string }
  | { do: 'claim'; limit: number; channel?: Channel }
  | { do: 'settle'; token: string; sent: readonly string[]; failed: readonly Failure[] }
  | { do: 'extend' | 'release'; token: string }
  /** Leases run out. */
  | { do: 'expire'; tokens: readonly string[] }
  /** Whatever waits for a time of its own has waited long enough. */
  | { do: 'due' }
  | { do: 'redrive'; run: string; error?: string | null };

/** What came of it: an HTTP status, the name of the problem, the id of what was made, the status of the dispatch or what the step came to. */
export interface Answer {
  status: number;
  problem?: string;
  id?: string;
  is?: string;
  /** Of a claim. `open` is what the service keeps of its lease. */
  token?: string | null;
  claimed?: readonly { id: string; attempt: number }[];
  open?: number;
  /** What a claim took off instead of handing it out, as was seen afterwards. */
  aside?: readonly Aside[];
  /** Of a settle; rejected ids in order. */
  sent?: number;
  failed?: number;
  retrying?: number;
  rejected?: string;
  released?: number;
  redriven?: number;
}

/** What one transaction took off: withheld since the customer is suppressed, or given up since too many workers were lost with it. */
export interface Aside {
  as: 'withheld' | 'failed';
  ids: readonly string[];
}

/** Whether an answer says all that is expected of it. */
export const says = (answer: Answer, expected: Answer): boolean =>
  Object.entries(expected).every(([key, value]) => answer[key as keyof Answer] === value);

export const withRun = (state: State, id: string, run: Run): State => ({ ...state, runs: { ...state.runs, [id]: run } });

export const isSuppressed = ({ suppressed }: State, user: string, channel: Channel): boolean =>
  `${user} ` in suppressed || `${user} ${channel}` in suppressed;

/** Whether a customer may still get it, or did. */
export const reached = ({ is }: Notification, { isCancelled }: Run): boolean =>
  is !== 'withheld' && !(is === 'queued' && isCancelled);
