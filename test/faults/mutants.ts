import type { Window } from './windows';

/** A text of the compiled service that is there exactly once, and what stands in its place ($1 is its first group). */
export interface Change {
  file: string;
  from: RegExp;
  to: string;
}

/** The service with one of its safeguards taken out. A run that does not notice proves nothing. */
export interface Mutant {
  changes: readonly Change[];
  /** Where its processes have to be killed for it to do harm; nowhere, where two at work are enough. */
  kills: readonly Window[];
  /** The invariant that must not hold any more: that something is not well is not enough. */
  caughtBy: RegExp;
  /** The campaigns that it harms, where others would only be in the way. */
  campaigns?: RegExp;
  /** What in the schema would still be in the way. */
  schema?: readonly string[];
}

export const mutantNames = [
  'no-unique-key',
  'cursor-before-rows',
  'finished-on-empty-batch',
  'no-cap-lock',
  'key-apart-from-effect',
  'entry-apart-from-change',
] as const;
export type MutantName = (typeof mutantNames)[number];

const STEPS = 'campaigns/dispatch/dispatch-steps.js';
const STATEMENTS = 'campaigns/dispatch/dispatches.sql.js';
const WRITE_ROWS = /(await this\.notifications\.writeChunk\(transaction, .*\);)/;
const ADVANCE = /(await .*advance\)\(dispatchId, chunkNo\)\);)/;

export const mutants: Readonly<Record<MutantName, Mutant>> = {
  /** Two write one chunk at the same time, and no key is in the way. */
  'no-unique-key': {
    kills: [],
    caughtBy: /^I1 a customer has two notifications/,
    changes: [{ file: STATEMENTS, from: /(AND d.status = 'writing') FOR NO KEY UPDATE OF d SKIP LOCKED/, to: '$1' }],
    schema: [
      'ALTER TABLE notifications DROP CONSTRAINT notifications_pkey',
      'ALTER TABLE dispatch_lanes DROP CONSTRAINT dispatch_lanes_pkey',
    ],
  },
  /** Where to go on is committed before the rows are. */
  'cursor-before-rows': {
    kills: ['chunk written', 'commit of a chunk', 'between chunks'],
    caughtBy: /^I4 a dispatch counts other notifications/,
    changes: [
      { file: STEPS, from: WRITE_ROWS, to: '' },
      {
        file: STEPS,
        from: ADVANCE,
        to: `$1
             await transaction.query('COMMIT');
             await transaction.query('START TRANSACTION');
             await this.notifications.writeChunk(transaction, { dispatchId, chunkNo });`,
      },
    ],
  },
  /** Chunk by chunk, and one with nothing to write is taken for the end. */
  'finished-on-empty-batch': {
    kills: [],
    caughtBy: /^I7 a dispatch says that it is dispatched/,
    changes: [
      { file: STATEMENTS, from: /(chunk_no > \$\{chunkNo\}) AND targeted > 0/, to: '$1' },
      {
        file: STEPS,
        from: ADVANCE,
        to: `$1
             const written = await transaction.query('SELECT FROM notifications WHERE dispatch_id = $$1 AND lane_no = $$2 LIMIT 1', [dispatchId, chunkNo]);
             if (written.length === 0)
               await transaction.query("UPDATE dispatches SET status = 'dispatched', finished_at = now() WHERE id = $$1", [dispatchId]);`,
      },
    ],
    schema: ['ALTER TABLE dispatches DROP CONSTRAINT dispatches_check'],
  },
  /** Two that decide about caps at the same time do not see each other. */
  'no-cap-lock': {
    kills: [],
    campaigns: /^capped/,
    caughtBy: /^R a customer was messaged more often/,
    changes: [{ file: STEPS, from: /if \(isCapped\)\s+await .*\.lockCaps\);/, to: '' }],
  },
  /** The key is kept in another transaction than its effect. */
  'key-apart-from-effect': {
    kills: ['request'],
    caughtBy: /^I6 a dispatch that is not the effect/,
    changes: [
      {
        file: 'idempotency/idempotency-keys.js',
        from: /await work\(transaction\)/,
        to: 'await this.database.transaction(work)',
      },
    ],
  },
  /** The entry in the audit log is written in another transaction than the change. */
  'entry-apart-from-change': {
    kills: ['request'],
    caughtBy: /^I5 /,
    changes: [
      {
        file: 'idempotency/idempotency-keys.js',
        from: /await last\(transaction\)/,
        to: 'await last(this.database.manager)',
      },
    ],
  },
};
