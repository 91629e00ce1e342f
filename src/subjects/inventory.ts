/**
 * What a column of ours that can hold words may hold of a customer, and what becomes of that when the customer is erased.
 *
 * - `nothing`: never anything of a customer.
 * - `ids`: ids of customers among others, which say nothing without `users`. They stay, or go by themselves after 48 hours.
 * - `words`: what people of the shop wrote. Nobody but they can judge it: an erasure names where the id or the address stands in it.
 * - `customer`: what is known of a customer. An erasure empties it.
 */
type Holding = 'nothing' | 'ids' | 'words' | 'customer';

interface KeptTable {
  readonly table: string;
  /** The column that names a row to people. Only where there are words. */
  readonly id?: string;
  /** Every column of a text or JSON type. */
  readonly columns: Readonly<Record<string, Holding>>;
}

const [nothing, ids, words, customer] = ['nothing', 'ids', 'words', 'customer'] as const;

/** Every column of our schema in which something about a customer could stand as words; a test holds it to the schema. Other columns have ids, numbers and instants. */
export const inventory: readonly KeptTable[] = [
  { table: 'segments', id: 'id', columns: { name: words, description: words, filters: words } },
  {
    table: 'segment_versions',
    id: 'segment_id',
    columns: { name: words, description: words, filters: words, changed_by: nothing },
  },
  { table: 'segment_sizes', columns: { source: nothing } },
  {
    table: 'campaigns',
    id: 'id',
    columns: { name: words, description: words, title: words, message: words, channel: nothing, frequency_cap: nothing },
  },
  {
    table: 'campaign_schedules',
    columns: { local_time: nothing, time_zone: nothing, recurrence: nothing, created_by: nothing },
  },
  { table: 'schedule_occurrences', columns: { outcome: nothing, detail: nothing } },
  {
    table: 'dispatches',
    id: 'id',
    columns: {
      ...{ title: words, message: words, rule: words },
      ...{ status: nothing, kind: nothing, channel: nothing, requested_by: nothing, segments: nothing, preview: nothing },
      ...{ failure: nothing, failure_detail: nothing, failure_figures: nothing },
      settings: ids, // of a test send
    },
  },
  { table: 'dispatch_lanes', columns: { channel: nothing } },
  { table: 'dispatch_redrives', columns: { error: customer, requested_by: nothing } },
  { table: 'notifications', columns: { error: customer, meta: customer } },
  { table: 'notification_attempts', columns: { error: customer, outcome: nothing, worker: nothing } },
  { table: 'notification_leases', columns: { channel: nothing, worker: nothing, outcome: nothing } },
  { table: 'notification_retries', columns: { channel: nothing } },
  { table: 'settle_receipts', columns: { answer: ids } },
  { table: 'suppressions', columns: { source: customer, channel: nothing, reason: nothing, created_by: nothing } },
  { table: 'inferred_preferences', columns: { preferences: customer, evidence: customer, model: nothing } },
  { table: 'webhooks', id: 'id', columns: { url: words, description: words, events: nothing, disabled_reason: nothing } },
  { table: 'webhook_secrets', columns: { secret: nothing } },
  { table: 'webhook_events', columns: { data: customer, type: nothing } },
  { table: 'webhook_deliveries', columns: { status: nothing, error: nothing } },
  {
    table: 'idempotency_keys',
    columns: {
      headers: customer,
      body: customer,
      effect: ids,
      key: ids,
      principal: nothing,
      method: nothing,
      route: nothing,
    },
  },
  {
    table: 'audit_entries',
    columns: {
      ...{ actor: nothing, via: nothing, action: nothing, target_type: nothing, outcome: nothing },
      ...{ request_id: nothing, ip: nothing, target_id: ids, detail: ids },
    },
  },
  { table: 'secrets', columns: { name: nothing } },
  { table: 'migrations', columns: { name: nothing } },
  { table: 'installation', columns: { tables: nothing, usable_from: nothing } },
];
