import { firstPurchaseWithinDays } from './first-purchase-within-days.filter';
import { inferredPreferencesContain } from './inferred-preferences-contain.filter';
import { isMarketStore } from './is-market-store.filter';
import { lastDays } from './last-days.filter';
import { maxNumPurchases } from './max-num-purchases.filter';
import { maxTotalSpent } from './max-total-spent.filter';
import { minAverageSpent } from './min-average-spent.filter';
import { minNumPurchases } from './min-num-purchases.filter';
import { minTotalSpent } from './min-total-spent.filter';
import { notPurchasedForDays } from './not-purchased-for-days.filter';
import { preferencesContains } from './preferences-contains.filter';
import { productsContain } from './products-contain.filter';
import { purchasedFrom } from './purchased-from.filter';
import { purchasedTo } from './purchased-to.filter';
import { registeredWithinDays } from './registered-within-days.filter';
import { rfm } from './rfm.filter';
import { rolesIn } from './roles-in.filter';
import type { SegmentFilter } from './segment-filter';
import { storesIn } from './stores-in.filter';
import { ticketTypesIn } from './ticket-types-in.filter';
import { userIdsIn } from './user-ids-in.filter';

/** Every filter of ours. A new one is a file beside this one and a line here; the rest of the service follows from the list. */
const segmentFilters = [
  lastDays,
  purchasedFrom,
  purchasedTo,
  storesIn,
  isMarketStore,
  ticketTypesIn,
  productsContain,
  minTotalSpent,
  maxTotalSpent,
  minNumPurchases,
  maxNumPurchases,
  minAverageSpent,
  firstPurchaseWithinDays,
  notPurchasedForDays,
  preferencesContains,
  inferredPreferencesContain,
  registeredWithinDays,
  rolesIn,
  userIdsIn,
  rfm,
] as const;

/** A filter set: which purchases count, and what must be true of them and of the customer. `{}` is every active customer. */
export type FilterSet = { -readonly [F in (typeof segmentFilters)[number] as F['key']]?: NonNullable<F['value']['type']> };

export type { CustomerFilter, ScopeFilter, SegmentFilter, StandingFilter, TotalFilter } from './segment-filter';

const list: SegmentFilter[] = [];

/** The list for everybody else, who need not care which filter they hold. */
export const filterList: readonly SegmentFilter[] = list;

/** Puts a filter at the end of the list. `addFilter` of ../filter-set.dto.ts is how it is also checked and documented. */
export function enlist(filter: SegmentFilter): void {
  if (list.some(({ key }) => key === filter.key)) throw new Error(`There is a filter ${filter.key} already`);
  list.push(filter);
}

segmentFilters.forEach(enlist);
