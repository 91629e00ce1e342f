import type { FreshDatabase } from '../support/database';

/** A text of a function in the database that is there exactly once, and what stands in its place. */
interface Change {
  function: string;
  from: string;
  to: string;
}

/** The protocol with one of its safeguards taken out. A run that does not notice proves nothing. */
export interface WorkerMutant {
  changes: readonly Change[];
  /** Workers that are stopped until somebody else has what they hold: where that is needed for it to do harm. */
  pauses: number;
  /** Messages that kill their workers, where it takes many of them. */
  deadly?: number;
  /** The invariant that must not hold any more: that something is not well is not enough. */
  caughtBy: RegExp;
  /** What in the schema would still be in the way. */
  schema?: string;
}

export const workerMutantNames = [
  'no-token',
  'settle-without-state-check',
  'claim-without-moving-the-cursor',
  'no-receipt',
  'poison-is-not-alone',
] as const;
export type WorkerMutantName = (typeof workerMutantNames)[number];

export const workerMutants: Readonly<Record<WorkerMutantName, WorkerMutant>> = {
  /** A token is good for ever. */
  'no-token': {
    pauses: 20,
    caughtBy: /^a stale token was accepted/,
    changes: [
      {
        function: 'settle',
        from: 'IF lease.lease_token IS NULL OR lease.ended_at IS NOT NULL OR lease.worker IS NULL THEN RETURN; END IF;',
        to: 'IF lease.lease_token IS NULL THEN RETURN; END IF;',
      },
    ],
  },
  /** What is settled is settled again by whoever says so. */
  'settle-without-state-check': {
    pauses: 0,
    caughtBy: /^W2 a notification was settled twice/,
    changes: [
      {
        function: 'settle_rows',
        from: 'WHEN is_range THEN n.state = 0 AND n.dispatch_id',
        to: 'WHEN is_range THEN n.dispatch_id',
      },
      { function: 'settle_rows', from: 'THEN n.state IN (0, 1)', to: 'THEN true' },
      { function: 'settle_rows', from: 'ELSE n.state = 1 END', to: 'ELSE true END' },
    ],
    schema: `DO $$
      DECLARE name text;
      BEGIN
        FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'dispatch_lanes'::regclass AND contype = 'c' LOOP
          EXECUTE format('ALTER TABLE dispatch_lanes DROP CONSTRAINT %I', name);
        END LOOP;
      END $$`,
  },
  /** Whoever claims next gets the same. */
  'claim-without-moving-the-cursor': {
    pauses: 0,
    caughtBy: /^W4 notifications were in two hands/,
    changes: [
      {
        function: 'lease_channel',
        from: 'SET next_user_id = coalesce(part.rest, l.next_user_id), open =',
        to: 'SET open =',
      },
    ],
  },
  /** A settle whose answer was lost is refused when it is repeated. */
  'no-receipt': {
    pauses: 0,
    caughtBy: /^(a settle was refused although|a worker has an answer that nobody)/,
    changes: [{ function: 'settle', from: 'IF FOUND THEN', to: 'IF false THEN' }],
    schema: 'ALTER TABLE settle_receipts DROP CONSTRAINT settle_receipts_pkey',
  },
  /** What was lost three times goes on in company, and takes it with it. */
  'poison-is-not-alone': {
    pauses: 0,
    deadly: 12,
    caughtBy: /^an innocent was given up/,
    changes: [
      { function: 'lose_lease', from: 'alone = r.reclaims + 1 >= 3', to: 'alone = false' },
      { function: 'lose_lease', from: 'times, true FROM parted p', to: 'times, false FROM parted p' },
    ],
  },
};

/** @throws Error where a text to be replaced is not there exactly once */
export async function applyMutant(database: Pick<FreshDatabase, 'query'>, name: WorkerMutantName): Promise<void> {
  const { changes, schema } = workerMutants[name];
  for (const { function: of, from, to } of changes) {
    const [{ text }] = await database.query<{ text: string }>('SELECT pg_get_functiondef($1::regproc) AS text', [
      `crm.${of}`,
    ]);
    const found = text.split(from).length - 1;
    if (found !== 1) throw new Error(`${name}: "${from}" is in ${of} ${found} times, not once. Look what it has become.`);
    await database.query(text.replace(from, () => to));
  }
  if (schema) await database.query(schema);
}
