import { isMarketStore } from './is-market-store.filter';
import { lastDays } from './last-days.filter';
import { minNumPurchases } from './min-num-purchases.filter';
import { minTotalSpent } from './min-total-spent.filter';
import { preferencesContains } from './preferences-contains.filter';
import type { SegmentFilter } from './segment-filter';
import { storesIn } from './stores-in.filter';

/** Every filter there is. A new one is a file beside this one and a line here; the rest of the service follows from the list. */
const segmentFilters = [lastDays, storesIn, isMarketStore, minTotalSpent, minNumPurchases, preferencesContains] as const;

/** A filter set: which purchases count, and what must be true of them and of the customer. `{}` is every active customer. */
export type FilterSet = { -readonly [F in (typeof segmentFilters)[number] as F['key']]?: NonNullable<F['value']['type']> };

export type { CustomerFilter, ScopeFilter, SegmentFilter, TotalFilter } from './segment-filter';

/** The list for everybody else, who need not care which filter they hold. */
export const filterList: readonly SegmentFilter[] = segmentFilters;
