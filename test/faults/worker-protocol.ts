/** What a worker of the fault tests and its parent say to each other. The worker waits for each reply: that is where it is killed. */

export type WorkerKind = 'http' | 'sql' | 'legacy';

/** How a worker goes about its next lease: the parent throws the dice. */
export interface Plan {
  limit: number;
  /** Each call with an Idempotency-Key; by SQL, in a transaction of its own. */
  keyed: boolean;
  waitSeconds: number;
  /** Gives the lease back as it is. */
  releases: boolean;
  extends: boolean;
  /** Settles in two calls. */
  halves: boolean;
  /** Makes each settle call once more, and compares the answers. */
  repeats: boolean;
  /** Gives back what it could not settle; else that waits for the end of the lease. */
  tidies: boolean;
  /** Whose queued notifications are polled; of all campaigns where nothing is said. */
  campaignId?: string;
}

type Call = 'settle' | 'extend' | 'release';

/** What settle answers; `lost` where the token is stale. */
export type Settled = { lost: true } | { lost: false; open: number; rejected: string[] };

export interface Questions {
  /** Before a claim. */
  plan: object;
  /** Which service is there to be called? */
  service: object;
  /** May I go on? `holds`: a lease's token, or the id that is to be marked; `attempt`: the highest in the lease. */
  go: { at: 'claimed' | 'after the wire' | 'settled'; holds?: string; attempt?: number };
  /** The wire. `token` where there is a lease. */
  deliver: { id: string; attempt: number; token?: string };
  /** A call was answered. `sent`: the ids that it was to record. */
  answered: { call: Call; token: string; lost: boolean; sent: string[] };
  /** An answer that nobody should get. */
  wrong: { what: string };
}

export interface Replies {
  plan: Plan;
  service: string;
  go: null;
  deliver: 'delivered' | 'later';
  answered: null;
  wrong: null;
}

export type Ask = <Name extends keyof Questions>(name: Name, what: Questions[Name]) => Promise<Replies[Name]>;

/** On the wire between them: the number pairs a reply with its question. */
export interface Asked {
  no: number;
  name: keyof Questions;
  what: Questions[keyof Questions];
}
export interface Replied {
  no: number;
  reply: Replies[keyof Replies];
}
