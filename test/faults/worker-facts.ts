import { randomUUID } from 'node:crypto';
import type { FreshDatabase } from '../support/database';
import type { Chance } from './chance';

type Database = Pick<FreshDatabase, 'query'>;

/** Each campaign goes to its own part of the customers, so that a customer is one notification. */
const channels = ['webpush', 'email', 'sms', 'webpush', 'android', 'email'] as const;
/** Of the others, so many fail once, or twice. */
const LATER = 0.08;
const TWICE = 0.25;

/** Once a database: customers, and who writes down each settlement, beside what the service says of it. */
export async function prepareFacts(database: Database, customers: number): Promise<void> {
  await database.query(
    `INSERT INTO users (id, email, preferences)
     SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'customer-' || n || '@example.invalid', jsonb_build_object('part', n % $2)
     FROM generate_series(0, $1 - 1) n`,
    [customers, channels.length],
  );
  await database.query(`
    CREATE TABLE settlements (dispatch_id bigint NOT NULL, user_id uuid NOT NULL, state smallint NOT NULL);
    CREATE FUNCTION write_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO crm.settlements VALUES (new.dispatch_id, new.user_id, new.state);
      RETURN NULL;
    END $$;
    CREATE TRIGGER written_down AFTER UPDATE OF state ON notifications FOR EACH ROW WHEN (new.state IN (2, 3, 4)) EXECUTE FUNCTION write_settlement();
    ANALYZE`);
}

export interface Facts {
  campaigns: string[];
  /** Customers whose message kills its workers. */
  poison: ReadonlySet<string>;
  /** Customers whose message fails so often. */
  laters: ReadonlyMap<string, number>;
}

/**
 * What a scenario dispatches and delivers. All that came of the last one is gone.
 * @param deadly messages that kill whoever delivers them
 */
export async function makeFacts(database: Database, chance: Chance, deadly: number): Promise<Facts> {
  await database.query(
    `TRUNCATE campaigns, segments, dispatches, dispatch_lanes, notifications, idempotency_keys, notification_leases, notification_retries,
       notification_attempts, settle_receipts, settlements CASCADE`,
  );
  const campaigns: string[] = [];
  for (const [part, channel] of channels.entries()) {
    const [campaign, segment] = [randomUUID(), randomUUID()];
    await database.query('INSERT INTO segments (id, name, filters) VALUES ($1, $2, $3)', [
      segment,
      `Part ${part}`,
      { preferences_contains: { part } },
    ]);
    await database.query(
      `INSERT INTO campaigns (id, name, message, channel, segment_ids) VALUES ($1, $2, 'See you at the market!', $3, $4)`,
      [campaign, `Campaign ${part}`, channel, [segment]],
    );
    campaigns.push(campaign);
  }
  const users = (await database.query<{ id: string }>('SELECT id FROM users ORDER BY id')).map(({ id }) => id);
  const poison = new Set(Array.from({ length: deadly }, () => chance.pick(users)));
  const laters = users
    .filter((id) => !poison.has(id) && chance.of(LATER))
    .map((id) => [id, chance.of(TWICE) ? 2 : 1] as const);
  return { campaigns, poison, laters: new Map(laters) };
}
