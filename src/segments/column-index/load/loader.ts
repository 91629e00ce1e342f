import type { Client } from 'pg';
import { instantOf } from '../../../common/instant';
import { fieldsOf } from '../data/byte-dictionary';
import { booleanAt, hundredthsAt, int32, microsAt } from './copy-rows';
import { type Coverage, coverageFor, DICTIONARIES } from './coverage';
import { CustomerColumns, type CustomerRow } from './customer-columns';
import type { Column, IndexData, IndexFacts } from '../data/index-data';
import { numbersAreExact } from '../scan/json-contains';
import { PurchaseColumns } from './purchase-columns';
import * as source from './source';
import { CUSTOMER_FIELDS as C, PURCHASE_FIELDS as P } from './source';

/** What a loader found when it looked for changes. */
export type Found =
  /** No row of the two tables can have changed: the index is also that of this instant. */
  | { readonly found: 'nothing'; readonly asOf: number }
  /** Probably nothing; it was not looked. */
  | { readonly found: 'no-sign' }
  /** Read, and to be written with `apply` while nobody scans. */
  | { readonly found: 'changes'; readonly customers: number; readonly purchases: number }
  /** It cannot be brought up to date: everything is to be loaded again. */
  | { readonly found: 'reload'; readonly why: string };

/** Customers whose purchases are read again in one go; with more, loading everything is about as fast. */
const MAX_OWNERS = 50_000;
/** Where the statistics say that nothing was written they are believed for so long: they lag by seconds, and are lost in a crash. */
const BELIEVE_MS = 60_000;
/** A row's xmin says which transaction wrote it only within half the circle of xids. */
const MAX_XIDS = 2n ** 30n;

/** Purchases whose customers are looked up together; purchases between two reports. */
const BATCH = 256;
const REPORT = 100_000;

interface Changes {
  readonly snapshot: source.Snapshot;
  readonly customers: readonly CustomerRow[];
  /** The purchases of every customer named, all of them. */
  readonly purchases: ReadonlyMap<number, readonly (readonly [date: number, hundredths: number, label: number])[]>;
}

/**
 * Fills the columns from PostgreSQL and keeps them true. It trusts its one connection: what may have happened while that was lost, a
 * failover among it, is no longer told by the xmin of rows, and everything is to be loaded again.
 */
export class Loader {
  private readonly notScannable = new Set<Column>();
  private customers: CustomerColumns;
  private purchases: PurchaseColumns;
  private coverage: Coverage;
  private readable: source.Readable;
  private snapshot: source.Snapshot;
  private writes = '';
  private lookedAt = 0;
  private changes?: Changes;

  private constructor(private readonly client: Client) {}

  /** Loads everything, or what fits. @throws TooSmall */
  static async load(client: Client, maxBytes: number, onRows: (rows: number, of: number) => void): Promise<Loader> {
    const loader = new Loader(client);
    await loader.fill(maxBytes, onRows);
    return loader;
  }

  get data(): IndexData {
    return { ...this.customers.data, ...this.purchases.data };
  }

  get facts(): IndexFacts {
    return {
      asOf: this.snapshot.asOf,
      coversFrom: this.coverage.from,
      notScannable: [...this.notScannable],
      customers: this.customers.inUsers,
      activeCustomers: this.customers.active,
      purchases: this.purchases.held,
      bytes: this.customers.byteLength + this.purchases.byteLength,
    };
  }

  /** Whether changes can be found at all. */
  get showsChanges(): boolean {
    return this.readable.showsChanges;
  }

  private get isPartial(): boolean {
    return this.coverage.from !== -Infinity;
  }

  private async fill(maxBytes: number, onRows: (rows: number, of: number) => void): Promise<void> {
    this.writes = await source.writesSeen(this.client);
    this.lookedAt = Date.now();
    this.snapshot = await source.beginSnapshot(this.client);
    this.readable = await source.readable(this.client);
    for (const column of this.readable.notScannable) this.notScannable.add(column);
    this.coverage = await coverageFor(this.client, maxBytes);
    const { room, purchases } = this.coverage;
    const bytesForEntries = (maxBytes * DICTIONARIES) / 4; // what grows by doubling is at most half empty
    this.customers = new CustomerColumns(room.customers, bytesForEntries);
    this.purchases = new PurchaseColumns(purchases, room.purchases, bytesForEntries);
    await source.copy(this.client, source.customersStatement(this.readable), C.end, (bytes, at) =>
      this.customers.set(this.customerRow(bytes, at, this.customers.numberFor(bytes, at[C.id], true)!)),
    );
    const owners = new Int32Array(4 * BATCH);
    await source.copy(this.client, source.purchasesStatement(this.readable, this.isPartial), P.end, (bytes, at) => {
      const pending = (this.purchases.rows % BATCH) * 4;
      for (let word = 0; word < 4; word++) owners[pending + word] = int32(bytes, at[P.owner] + 4 + 4 * word);
      this.purchases.addUngrouped(microsAt(bytes, at[P.date]), this.amountAt(bytes, at), this.labelAt(bytes, at));
      const { rows } = this.purchases;
      if (rows % BATCH === 0) this.customers.numbersFor(owners, this.purchases.owners, rows - BATCH);
      if (rows % REPORT === 0) onRows(rows, purchases);
    });
    const left = this.purchases.rows % BATCH;
    this.customers.numbersFor(owners.subarray(0, left * 4), this.purchases.owners, this.purchases.rows - left);
    await this.client.query('COMMIT');
    this.purchases.group(this.customers.count, this.customers.places);
    if (!this.purchases.sumsAreExact) this.notScannable.add('amount');
  }

  private customerRow(bytes: Uint8Array, at: Int32Array, number: number): CustomerRow {
    const { roles, documents } = this.customers;
    const role = roles.code(bytes, at[C.role], at[C.document]);
    if (role < 0) this.notScannable.add('role');
    const known = documents.size;
    const document = documents.code(bytes, at[C.document], at[C.end]);
    const isNew = document >= known;
    if (document < 0 || (isNew && !numbersAreExact(fieldsOf(documents.entries, document)[0] ?? '')))
      this.notScannable.add('preferences');
    return {
      number,
      isActive: booleanAt(bytes, at[C.isActive]) === true,
      role: Math.max(role, 0),
      registered: microsAt(bytes, at[C.registered]),
      document: Math.max(document, 0),
    };
  }

  private labelAt(bytes: Uint8Array, at: Int32Array): number {
    const label = this.purchases.labels.code(bytes, at[P.label], at[P.end]);
    if (label >= 0) return label;
    for (const column of ['store_name', 'ticket_type', 'is_market_store'] as const) this.notScannable.add(column);
    return 0;
  }

  private amountAt(bytes: Uint8Array, at: Int32Array): number {
    const hundredths = hundredthsAt(bytes, at[P.amount]);
    if (hundredths === hundredths) return hundredths;
    this.notScannable.add('amount');
    return 0;
  }

  /**
   * Looks for what has been written since the snapshot the columns are of: rows inserted, changed, back-dated, by transactions however
   * long. Deleted rows leave nothing to be found; they are noticed by the number of rows, which no longer adds up.
   * @param thorough looks at the rows even where the statistics say that nothing was written.
   */
  async look(thorough: boolean): Promise<Found> {
    if (!this.showsChanges) return { found: 'reload', why: 'changes cannot be told from the rows of these tables' };
    const writes = await source.writesSeen(this.client);
    const since = this.snapshot;
    const snapshot = await source.beginSnapshot(this.client);
    try {
      // no transaction that writes was running then, and none has begun since
      if (since.xmin === since.xmax && snapshot.xmax === since.xmax) {
        this.snapshot = snapshot;
        return { found: 'nothing', asOf: snapshot.asOf };
      }
      if (!thorough && writes === this.writes && Date.now() - this.lookedAt < BELIEVE_MS) return { found: 'no-sign' };
      if (snapshot.xmin < since.xmin || snapshot.xmax - since.xmin > MAX_XIDS)
        return { found: 'reload', why: 'too many transactions have passed' };
      const found = await this.read(since, snapshot);
      [this.writes, this.lookedAt] = [writes, Date.now()];
      return found;
    } finally {
      await this.client.query('COMMIT');
    }
  }

  private async read(since: source.Snapshot, snapshot: source.Snapshot): Promise<Found> {
    await source.setting(this.client, 'changed_from', since.xmin.toString());
    if (this.isPartial) await source.setting(this.client, 'since', instantOf(this.coverage.from));
    const customers: CustomerRow[] = [];
    let isFull = false;
    await source.copy(this.client, source.changedCustomers(this.readable), C.end, (bytes, at) => {
      const number = isFull ? undefined : this.customers.numberFor(bytes, at[C.id], false);
      if (number === undefined) isFull = true;
      else customers.push(this.customerRow(bytes, at, number));
    });
    const owners = await source.ownersOfChanged(this.client, this.isPartial, MAX_OWNERS + 1);
    if (isFull || owners.length > MAX_OWNERS) return { found: 'reload', why: 'too much has changed' };
    const purchases = owners.length > 0 ? await this.purchasesOf(owners) : new Map<number, never>();
    if (!purchases) return { found: 'reload', why: 'there is no room left for changed purchases' };
    this.changes = { snapshot, customers, purchases };
    const held = this.sizesAfter(this.changes);
    const there = await source.sizes(this.client, this.isPartial);
    if (held.customers !== there.customers || held.purchases !== there.purchases) {
      this.changes = undefined;
      return { found: 'reload', why: 'rows have been deleted' };
    }
    return { found: 'changes', customers: customers.length, purchases: owners.length };
  }

  /** All purchases of these customers; undefined where there is no room for them. */
  private async purchasesOf(owners: string[]): Promise<Map<number, [number, number, number][]> | undefined> {
    await source.setting(this.client, 'customers', `{${owners.join(',')}}`);
    const purchases = new Map<number, [number, number, number][]>();
    let [rows, fits] = [0, true];
    await source.copy(this.client, source.purchasesOfOwners(this.readable, this.isPartial), P.end, (bytes, at) => {
      const owner = this.customers.numberFor(bytes, at[P.owner], false);
      const hundredths = this.amountAt(bytes, at);
      if (owner === undefined || ++rows > this.purchases.room || this.purchases.isTooWide(hundredths)) fits = false;
      if (!fits) return;
      const of = purchases.get(owner!) ?? [];
      of.push([microsAt(bytes, at[P.date]), hundredths, this.labelAt(bytes, at)]);
      purchases.set(owner!, of);
    });
    return fits ? purchases : undefined;
  }

  private sizesAfter({ customers, purchases }: Changes): source.TableSizes {
    const { start, end } = this.customers.places;
    let held = this.purchases.held;
    for (const [owner, rows] of purchases) held += rows.length - (end[owner] - start[owner]);
    return {
      customers: this.customers.inUsers + customers.filter(({ number }) => !this.customers.has(number)).length,
      purchases: held,
    };
  }

  /** Writes the changes that `look` has found. Nobody may scan meanwhile. */
  apply(): void {
    const { customers, purchases, snapshot } = this.changes!;
    this.changes = undefined;
    for (const row of customers) this.customers.set(row);
    const { places } = this.customers;
    const { start, end } = places;
    for (const [owner, rows] of purchases) {
      this.purchases.held += rows.length - (end[owner] - start[owner]);
      start[owner] = this.purchases.rows;
      const inOrder = rows.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      for (const [date, hundredths, label] of inOrder) this.purchases.add(date, hundredths, label);
      end[owner] = this.purchases.rows;
      this.purchases.noteNewest(owner, places);
    }
    if (!this.purchases.sumsAreExact) this.notScannable.add('amount');
    this.snapshot = snapshot;
  }
}
