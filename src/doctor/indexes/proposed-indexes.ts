import type { CustomerTable } from '../../customers/customer-tables';

/** An index that would help; its name is also its name in bench/results/index-gain.json. */
export interface ProposedIndex {
  readonly name: ProposalName;
  readonly table: CustomerTable;
  readonly method: 'btree' | 'gin';
  /** The leading columns, in this order. */
  readonly keys: readonly string[];
  /** Carried along, so that the table need not be read. */
  readonly include: readonly string[];
  /** As it stands after each key; '' is the default. */
  readonly opclass: '' | 'jsonb_path_ops';
  /** What is slow without it. */
  readonly serves: string;
}

export type ProposalName =
  | 'purchases_by_customer'
  | 'purchases_by_date'
  | 'customers_by_preferences'
  | 'purchases_customer_only'
  | 'purchases_date_only'
  | 'purchases_store_only';

const plain = { method: 'btree', include: [], opclass: '', table: 'purchase_history' } as const;
const carried = ['total_amount', 'store_name', 'is_market_store'] as const;

/** The ones without which a question reads the whole table. Any index that leads with the column will do. */
export const plainIndexes: readonly ProposedIndex[] = [
  { ...plain, name: 'purchases_customer_only', keys: ['user_id'], serves: 'the purchases of one customer, or of few' },
  { ...plain, name: 'purchases_date_only', keys: ['purchase_date'], serves: 'a short window of time' },
  { ...plain, name: 'purchases_store_only', keys: ['store_name'], serves: 'stores with few purchases' },
];

/** The ones that make good answers faster. */
export const coveringIndexes: readonly ProposedIndex[] = [
  {
    ...plain,
    name: 'purchases_by_customer',
    keys: ['user_id', 'purchase_date'],
    include: carried,
    serves: 'sums and counts over a long time, in the order of customers',
  },
  {
    ...plain,
    name: 'purchases_by_date',
    keys: ['purchase_date'],
    include: ['user_id', ...carried],
    serves: 'sums and counts over the last days',
  },
  {
    name: 'customers_by_preferences',
    table: 'users',
    method: 'gin',
    keys: ['preferences'],
    include: [],
    opclass: 'jsonb_path_ops',
    serves: 'preferences that few customers have',
  },
];
