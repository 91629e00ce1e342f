/** Customers are scanned in blocks of so many: what a block needs stays in the cache of a core. */
export const BLOCK = 4096;

/** A column that may turn out to hold what an index cannot keep exactly; rules that ask of it are asked of PostgreSQL. */
export type Column = 'role' | 'registered' | 'preferences' | 'store_name' | 'ticket_type' | 'is_market_store' | 'amount';

/** Entries by their code, readable by every thread: entry `i` lies before `ends[i]`, behind the one before. */
export interface Entries {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  readonly size: number;
}

/**
 * The columns, in memory that all threads share. Customers have dense numbers. The purchases of a customer lie together, in the order
 * of time, from `start` to before `end`; what lies elsewhere has been replaced. Instants are microseconds since 1970.
 */
export interface IndexData {
  /** Four words of the uuid a customer, and the hash table over them: see uuid-table.ts. */
  readonly ids: Int32Array;
  readonly slots: Int32Array;
  /** A bit a customer: is in users, and is not inactive. Purchases of an id that is not in users have a customer without it. */
  readonly active: Uint32Array;
  /** Codes of `roles` and `documents`. */
  readonly role: Uint8Array;
  readonly preferences: Uint16Array;
  /** NaN where it is NULL. */
  readonly registered: Float64Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** The last purchase in seconds, rounded up: windows pass most customers by without a look at their purchases. */
  readonly newest: Uint32Array;
  readonly date: Float64Array;
  /** In hundredths; Float64Array where one does not fit into 32 bits. */
  readonly amount: Int32Array | Float64Array;
  /** Codes of `labels`: store_name, is_market_store and ticket_type together. */
  readonly label: Uint16Array;
  readonly roles: Entries;
  readonly documents: Entries;
  readonly labels: Entries;
  /** Numbers given to customers, those without a row in users included. */
  readonly customers: number;
}

/** What is known of an index besides its columns. */
export interface IndexFacts {
  /** The instant of the database's snapshot. */
  readonly asOf: number;
  /** Purchases before it are not held: -Infinity where all are. */
  readonly coversFrom: number;
  readonly notScannable: readonly Column[];
  /** Rows of users, and how many of them are active. */
  readonly customers: number;
  readonly activeCustomers: number;
  readonly purchases: number;
  /** All the columns together, spare room included. */
  readonly bytes: number;
}

type Shareable<T> = new (buffer: SharedArrayBuffer) => T;

/** An instant as `newest` has it; what lies outside of 32 bits is the first or the last second there is. */
export const newestOf = (date: number): number => Math.min(Math.max(Math.ceil(date / 1e6), 0), LAST_SECOND);
/** A customer whose newest purchase is before it has none from `date` on. */
export const secondOf = (date: number): number => Math.min(date / 1e6, LAST_SECOND);
const LAST_SECOND = 2 ** 32 - 1;

/** A column of zeros in memory that threads share. */
export const shared = <T>(Array: Shareable<T> & { BYTES_PER_ELEMENT: number }, length: number): T =>
  new Array(new SharedArrayBuffer(length * Array.BYTES_PER_ELEMENT));
