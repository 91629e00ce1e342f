import type { MeasuredGain, WriterCost } from './index-advice';
import type { ProposalName } from './proposed-indexes';

/** What bench/index-gain measured. index-figures.spec.ts holds it to bench/results/index-gain.json. */
const source = { data: '100k/1m', taken_on: '2026-11-22', source: 'npm run bench -- index-gain' };

/** How many times faster a rule is with this index alone than with the plain ones; null where every measurement had the index. */
export const measuredGain: Record<ProposalName, MeasuredGain | null> = {
  purchases_by_customer: {
    ...source,
    times_faster: { spend_lifetime: 4, preference_and_spend: 3.3, rare_preference_and_spend: 2.9 },
  },
  purchases_by_date: {
    ...source,
    times_faster: { spend_90_days: 1.5, broad_365_days: 1.5, preference_and_spend: 1.4 },
  },
  customers_by_preferences: { ...source, times_faster: { rare_preference: 27.2 } },
  purchases_customer_only: null,
  purchases_date_only: null,
  purchases_store_only: null,
};

const carries =
  'Changing store_name, total_amount or is_market_store writes to every index of the row, where it could have been a HOT update.';
const plain = 'Not measured by itself: every measurement had it.';

export const writerCost: Record<ProposalName, WriterCost> = {
  purchases_by_customer: { insert_times_slower: 1.7, wal_bytes_per_insert: 194, remark: carries },
  purchases_by_date: { insert_times_slower: 1, wal_bytes_per_insert: 113, remark: carries },
  customers_by_preferences: {
    insert_times_slower: null,
    wal_bytes_per_insert: null,
    remark:
      'Nothing for purchases. Changing the preferences of a customer writes an entry for each value, and is no HOT update.',
  },
  purchases_customer_only: { insert_times_slower: null, wal_bytes_per_insert: null, remark: plain },
  purchases_date_only: { insert_times_slower: null, wal_bytes_per_insert: null, remark: plain },
  purchases_store_only: { insert_times_slower: null, wal_bytes_per_insert: null, remark: plain },
};
