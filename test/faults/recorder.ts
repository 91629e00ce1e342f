import type { FreshDatabase } from '../support/database';
import { fault, type Violation } from './invariants';
import type { Facts } from './worker-facts';
import type { Questions } from './worker-protocol';

/** A notification that kills whoever delivers it does so as often, and no more often. */
const MOST_RECLAIMS = 10;

/** The other side of the wire, and whoever hears what workers are answered. Nothing of it is known to the service. */
export interface Recorder {
  /** A new scenario. */
  begin(facts: Facts): void;
  /** `dies`: it was delivered, and its worker ends of it. */
  deliver(call: Questions['deliver'], mayFail: boolean): 'delivered' | 'later' | 'dies';
  answered(worker: string, answer: Questions['answered']): void;
  /** Seen: somebody else has what this token held. From now on it must be refused. */
  isStale(token: string): void;
  wrong(worker: string, what: string): void;
  /** Of all scenarios. */
  figures: WireFigures;
  /** What became of this scenario. */
  check(database: Pick<FreshDatabase, 'query'>): Promise<RecordedFigures>;
}

export interface WireFigures {
  wire_calls: number;
  /** Calls for what had been delivered before: its worker was lost before it said so, or another polled it. */
  wire_duplicates: number;
  settles: number;
  /** Calls with a token that was not good any more. */
  refused: number;
  /** Of those: by workers that had been stopped while somebody else got what they held. */
  stale_refused: number;
}

export interface RecordedFigures {
  found: Violation[];
  notifications: number;
  /** Not ended, or ended as sent although nobody delivered it. */
  lost: number;
  double_settles: number;
  innocents_dead: number;
  poison_dead: number;
}

export function makeRecorder(): Recorder {
  const figures = { wire_calls: 0, wire_duplicates: 0, settles: 0, refused: 0, stale_refused: 0 };
  let poison: ReadonlySet<string> = new Set();
  let laters = new Map<string, number>();
  /** Of each id: the attempts that leases said. A worker without one says 0. */
  const wire = new Map<string, number[]>();
  /** Of each id: the tokens with which it was recorded as sent, and the worker heard of it. */
  const accepted = new Map<string, Set<string>>();
  const refusals: { token: string; worker: string }[] = [];
  const stale = new Set<string>();
  const wrong: string[] = [];
  const staleTaken: string[] = [];

  return {
    figures,
    begin: (facts) => {
      poison = facts.poison;
      laters = new Map(facts.laters);
      for (const kept of [wire, accepted, stale]) kept.clear();
      for (const kept of [refusals, wrong, staleTaken]) kept.length = 0;
    },
    deliver: ({ id, attempt }, mayFail) => {
      const userId = customerOf(id);
      const failures = laters.get(userId) ?? 0;
      if (failures > 0 && mayFail) {
        laters.set(userId, failures - 1);
        return 'later';
      }
      const calls = wire.get(id) ?? [];
      wire.set(id, [...calls, attempt]);
      figures.wire_calls++;
      if (calls.length > 0) figures.wire_duplicates++;
      return poison.has(userId) ? 'dies' : 'delivered';
    },
    answered: (name, { call, token, lost, sent }) => {
      if (call === 'settle') figures.settles++;
      if (lost) figures.refused++;
      if (lost && call === 'settle') refusals.push({ token, worker: name });
      if (stale.has(token)) {
        if (lost) figures.stale_refused++;
        else staleTaken.push(`${call} of ${name}`);
      }
      for (const id of sent) accepted.set(id, (accepted.get(id) ?? new Set()).add(token));
    },
    isStale: (token) => void stale.add(token),
    wrong: (name, what) => void wrong.push(`${name}: ${what}`),
    check: async (database) => {
      const rows = await database.query<{ id: string; user_id: string; state: number }>(
        `SELECT dispatch_id || ':' || user_id AS id, user_id, state FROM notifications`,
      );
      const stateOf = new Map(rows.map(({ id, state }) => [id, state]));
      const unfounded = await database.query(
        `SELECT refused.*, to_jsonb(l) AS lease, (SELECT jsonb_agg(r ORDER BY created_at) FROM settle_receipts r WHERE r.lease_token = l.lease_token) AS receipts
         FROM unnest($1::uuid[], $2::text[]) AS refused (token, worker) LEFT JOIN notification_leases l ON l.lease_token = refused.token
         WHERE l.outcome IS NULL OR l.outcome = 'settled'`,
        [refusals.map(({ token }) => token), refusals.map(({ worker }) => worker)],
      );
      const [{ double }] = await database.query<{ double: string }>(
        `SELECT count(*) - count(DISTINCT (dispatch_id, user_id)) AS double FROM settlements`,
      );
      const of = (wanted: number) => rows.filter(({ state }) => state === wanted);
      const innocents = of(3).filter(({ user_id }) => !poison.has(user_id));
      const lost = rows.filter(({ state }) => state !== 2 && state !== 3);
      const deaths = (id: string) => wire.get(id)?.filter((attempt) => attempt > 0).length ?? 0;
      return {
        notifications: rows.length,
        lost: lost.length + of(2).filter(({ id }) => !wire.has(id)).length,
        double_settles: Number(double),
        innocents_dead: innocents.length,
        poison_dead: of(3).length - innocents.length,
        found: [
          ...fault('a worker has an answer that nobody should get', [...wrong]),
          ...fault(
            'what was delivered is no notification',
            [...wire.keys()].filter((id) => !stateOf.has(id)),
          ),
          ...fault(
            'a notification is sent that nobody delivered',
            of(2).filter(({ id }) => !wire.has(id)),
          ),
          ...fault(
            'what was accepted as sent is not',
            [...accepted.keys()].filter((id) => stateOf.get(id) !== 2),
          ),
          ...fault(
            'a notification was accepted as sent with two tokens',
            [...accepted].filter(([, of]) => of.size > 1),
          ),
          ...fault(
            'one attempt was in two hands',
            [...wire].filter(([, attempts]) => hasTwice(attempts)),
          ),
          ...fault('a stale token was accepted', [...staleTaken]),
          ...fault('a settle was refused although its lease had not been lost', unfounded),
          ...fault('an innocent was given up', innocents),
          ...fault(
            'what kills its workers was not given up',
            rows.filter(({ user_id, state }) => poison.has(user_id) && state !== 3),
          ),
          ...fault(
            'a message killed more workers than it may',
            of(3).filter(({ id }) => deaths(id) > MOST_RECLAIMS),
          ),
        ],
      };
    },
  };
}

const customerOf = (id: string) => id.slice(id.indexOf(':') + 1);

/** Whoever polls without a lease has no number. */
const hasTwice = (attempts: number[]) => {
  const numbered = attempts.filter((attempt) => attempt > 0);
  return new Set(numbered).size < numbered.length;
};
