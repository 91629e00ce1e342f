import type { EntityManager } from 'typeorm';
import { badField, Problem } from '../../common/problem';
import { row, rows, sql } from '../../common/sql';
import type { Campaign } from '../campaign.entity';

/** Why a dispatch does not even begin. All of it is looked at in the transaction that would begin it. */

/** @throws Problem campaign-expired */
export async function refuseExpired(manager: EntityManager, campaign: Campaign): Promise<void> {
  const { passed } = await row<{ passed: boolean }>(
    manager,
    sql`SELECT coalesce(${campaign.not_after}::timestamptz <= clock_timestamp(), false) AS passed`,
  );
  if (passed) throw new Problem('campaign-expired', 'Its not_after has passed. Give it a later one, or null.');
}

/**
 * A rule read at an instant to come would miss the purchases until then, and call itself the truth of that instant. A minute is left to
 * clocks that differ.
 */
export async function refuseFuture(transaction: EntityManager, asOf: string | undefined): Promise<void> {
  if (asOf === undefined) return;
  const { ahead } = await row<{ ahead: boolean }>(
    transaction,
    sql`SELECT ${asOf}::timestamptz > clock_timestamp() + interval '1 minute' AS ahead`,
  );
  if (ahead) throw badField('/as_of', 'must not be in the future: purchases until then are not known');
}

/** @throws Problem bad-request */
export async function refuseUnknownCustomers(manager: EntityManager, ids: string[]): Promise<void> {
  const found = await rows<{ id: string }>(
    manager,
    sql`SELECT id FROM users u WHERE id = ANY (${ids}::uuid[]) AND u.is_active IS NOT FALSE`,
  );
  const known = new Set(found.map(({ id }) => id));
  const errors = ids.flatMap((id, i) =>
    known.has(id) ? [] : [{ pointer: `/user_ids/${i}`, detail: 'is no active customer' }],
  );
  if (errors.length > 0) throw new Problem('bad-request', 'A test goes to active customers.', errors);
}
