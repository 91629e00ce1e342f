import { randomUUID } from 'node:crypto';
import type { FreshDatabase } from '../support/database';
import type { Chance } from './chance';

type Database = Pick<FreshDatabase, 'query'>;

/** Customers from here on belong to the capped campaigns alone: whatever they got, they got from these. */
const CAPPED_FROM = 30_000;
const CUSTOMERS = 45_000;
/** Every so many of the others must not be messaged. */
const SUPPRESSED = 17;

/** Customers whose ids are in the order of their numbers, so that it is known who shares a chunk of 5,000. Once a database. */
export async function loadCustomers(database: Database): Promise<void> {
  await database.query(
    `INSERT INTO users (id, email, preferences)
     SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'customer-' || n || '@example.invalid',
            CASE WHEN n < $2 THEN jsonb_build_object('pool', 'open', 'band', n / 5000, 'half', n % 2, 'no', n)
                 ELSE jsonb_build_object('pool', 'capped', 'first', n < $2 + 1777) END
     FROM generate_series(0, $1 - 1) n`,
    [CUSTOMERS, CAPPED_FROM],
  );
  await database.query(
    `INSERT INTO suppressions (user_id, reason, created_by)
     SELECT id, 'unsubscribed', 'faults' FROM users WHERE (preferences -> 'no')::int % $1 = 0`,
    [SUPPRESSED],
  );
  await database.query('ANALYZE');
}

/** A campaign to be dispatched; segments by the preferences they ask for. */
export interface PlannedCampaign {
  id: string;
  name: string;
  included: object[];
  excluded?: object;
  cap?: { max: number; per_days: number };
  holdout?: number;
  /** Once more when it has ended: nobody is to have it twice. */
  twice?: boolean;
  /** How many customers match. */
  matched: number;
}

/** What a scenario dispatches at once, in any order. The old campaigns and all that came of them are gone. */
export async function makeCampaigns(database: Database, chance: Chance): Promise<PlannedCampaign[]> {
  const open = { pool: 'open' };
  const half = { half: chance.pick([0, 1]) };
  const cap = { max: 1, per_days: 7 };
  const gap = { band: chance.pick([0, 1, 2, 3, 4, 5]) };
  const planned: Omit<PlannedCampaign, 'id'>[] = [
    { name: 'a chunk in a row is left out', included: [open], excluded: gap, holdout: 10, matched: 30_000 },
    { name: 'capped', included: [{ pool: 'capped' }], cap, matched: 15_000 },
    { name: 'capped as well', included: [{ pool: 'capped' }], excluded: { first: true }, cap, matched: 15_000 },
    { name: 'everybody is left out', included: [half], excluded: half, matched: 15_000 },
    { name: 'nobody matches', included: [{ band: 99 }], matched: 0 },
    { name: 'twice', included: [{ half: 0 }, { band: 1 }], twice: true, matched: 17_500 },
  ];
  await database.query('TRUNCATE campaigns, segments, dispatches, dispatch_lanes, notifications, idempotency_keys CASCADE');
  const campaigns = planned
    .map((campaign) => ({ ...campaign, id: randomUUID(), place: chance.below(1) }))
    .sort((one, other) => one.place - other.place);
  for (const { id, name, included, excluded, cap, holdout = 0 } of campaigns)
    await database.query(
      `INSERT INTO campaigns (id, name, message, segment_ids, excluded_segment_ids, frequency_cap, holdout_percent)
       VALUES ($1, $2, 'See you at the market!', $3, $4, $5, $6)`,
      [id, name, await segments(database, included), await segments(database, excluded ? [excluded] : []), cap, holdout],
    );
  return campaigns;
}

const segments = async (database: Database, preferences: object[]): Promise<string[]> => {
  const made = preferences.map((wanted) => ({ id: randomUUID(), filters: { preferences_contains: wanted } }));
  for (const { id, filters } of made)
    await database.query('INSERT INTO segments (id, name, filters) VALUES ($1, $2, $3)', [id, `Segment ${id}`, filters]);
  return made.map(({ id }) => id);
};
