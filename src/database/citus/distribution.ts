/**
 * Where the rows of a table lie in a Citus cluster, and why.
 *
 * - `customer`: spread over the workers by `column`, which says whose row it is: everything of one customer lies on one shard (is co-located).
 * - `coordinator`: an ordinary table on the node that the service connects to. What dispatches and workers compete for: its rows are locked, and
 *   rows of several shards cannot be (`SELECT … FOR UPDATE` is for one shard only).
 *
 * No reference tables, which lie whole on each node: those that are joined with customers' rows are also written at every chunk or claim, and a write to
 * such a table waits for all nodes.
 */
type Lies = { readonly lies: 'customer'; readonly column: string } | { readonly lies: 'coordinator' };

export type Distribution = Lies & {
  readonly table: string;
  /** Theirs lie in CUSTOMERS_SCHEMA, ours in DATABASE_SCHEMA. */
  readonly of: 'customers' | 'us';
  readonly why: string;
};

const ofCustomers = (table: string, column: string, why: string): Distribution => ({ table, of: 'customers', lies: 'customer', column, why }); // prettier-ignore
const byCustomer = (table: string, column: string, why: string): Distribution => ({ table, of: 'us', lies: 'customer', column, why }); // prettier-ignore
const here = (table: string, why: string): Distribution => ({ table, of: 'us', lies: 'coordinator', why });

/** Every table, in the order in which they are distributed: the first is the one that the others lie beside. A test holds it to the schema. */
export const distribution: readonly Distribution[] = [
  ofCustomers('users', 'id', 'rules are asked of customers and their purchases together: each shard answers for its own'),
  ofCustomers('purchase_history', 'user_id', 'the largest table; grouped by customer by every rule that asks of purchases'),
  byCustomer('notifications', 'user_id', 'a row a customer and dispatch; the customer is in its primary key'),
  byCustomer('notification_attempts', 'user_id', 'read beside its notification; no key of its own'),
  byCustomer('suppressions', 'user_id', 'joined with an audience by customer; the customer is in its primary key'),
  byCustomer('inferred_preferences', 'user_id', 'asked by a filter, beside the customer'),

  here(
    'notification_retries',
    'a queue: what is due is locked, and what is locked is passed over (FOR UPDATE SKIP LOCKED). Few rows: failures that wait',
  ),
  here('notification_leases', 'a queue, as retries; a row a claim'),
  here('settle_receipts', 'found by the token of a lease, which names no customer; removed after 48 hours'),
  here(
    'dispatch_lanes',
    'what claims compete for: locked by each claim, counted by each settle; 200 rows a million notifications',
  ),
  here('dispatch_audience', 'arrays of 5,000 customers, of which each has many shards; written and read in whole rows'),
  here('dispatches', 'moved on by every chunk, with locks and a partial unique key without a customer; few rows'),
  here('dispatch_redrives', 'of a dispatch, few rows'),
  here('campaigns', 'few rows; edited under a lock'),
  here('campaign_schedules', 'a queue of few rows'),
  here('schedule_occurrences', 'refers to campaigns and dispatches'),
  here('segments', 'few rows; read with a recursive query'),
  here('segment_versions', 'refers to segments'),
  here('segment_sizes', 'refers to segments; unique by minute'),
  here('webhooks', 'few rows'),
  here('webhook_secrets', 'refers to webhooks'),
  here('webhook_events', 'written by announce(), in the transaction of its fact; removed after 30 days'),
  here('webhook_deliveries', 'a queue; unique by event and webhook'),
  here('idempotency_keys', 'unique by caller, route and key, which name no customer; removed after 48 hours'),
  here('audit_entries', 'a chain of hashes without a gap, made by a trigger under one lock'),
  here('secrets', 'a few keys'),
  here('installation', 'one row'),
  here('migrations', 'of TypeORM'),
];
