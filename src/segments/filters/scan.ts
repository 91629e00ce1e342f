/** 24 hours in microseconds. */
export const DAY = 86_400_000_000;

/**
 * How a filter is asked of the column index: plain data, so that it can be sent to the threads that scan. Instants are microseconds
 * since 1970, amounts are in hundredths. Ranges include both ends; an end that is left out is open.
 */
interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** Of a column of customers. A NULL is in no list and no range. */
export type CustomerScan =
  | { readonly column: 'id' | 'role'; readonly in: readonly string[] }
  /** JSON containment, as PostgreSQL's `@>`. */
  | { readonly column: 'preferences'; readonly contains: Readonly<Record<string, unknown>> }
  | ({ readonly column: 'registered' } & Range);

/** Of a column of purchases. */
export type PurchaseScan =
  | { readonly column: 'store_name' | 'ticket_type'; readonly in: readonly string[] }
  | { readonly column: 'is_market_store'; readonly in: readonly boolean[] }
  | ({ readonly column: 'date' } & Range);

/**
 * Of a measure over the purchases in scope. Without a purchase spent and purchases are 0, first is later than every instant, last is
 * earlier, and there is no average: it is in no range.
 */
export type TotalScan = { readonly measure: 'spent' | 'purchases' | 'average' | 'first' | 'last' } & Range;
