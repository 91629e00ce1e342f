import { ByteDictionary } from '../data/byte-dictionary';
import type { Places } from './customer-columns';
import { type IndexData, newestOf, shared } from '../data/index-data';

const MAX_LABELS = 65_536;
/** Runs up to this are put in order where they lie; longer ones by way of a copy. */
const SHORT_RUN = 32;

const BYTES_PER_PURCHASE = 8 + 4 + 2;

/** The columns of purchases while they are filled and changed: in the loader's thread alone. */
export class PurchaseColumns {
  /** Rows written; of them `held` are in use. */
  rows = 0;
  held = 0;
  readonly labels: ByteDictionary;
  private readonly date: Float64Array;
  private amount: Int32Array | Float64Array;
  private readonly label: Uint16Array;
  /** The customer of each row, until the rows are grouped by it. */
  private owner?: Uint32Array;
  /** The sum of all amounts without their signs: below 2^53 no sum of some can be inexact. */
  private turnover = 0;

  constructor(
    rows: number,
    private readonly capacity: number,
    maxLabelBytes: number,
  ) {
    this.labels = new ByteDictionary(MAX_LABELS, maxLabelBytes);
    this.date = shared(Float64Array, capacity);
    this.amount = shared(Int32Array, capacity);
    this.label = shared(Uint16Array, capacity);
    this.owner = new Uint32Array(returnable(rows * 4));
  }

  static bytesFor(capacity: number): number {
    return capacity * BYTES_PER_PURCHASE;
  }

  get data() {
    const { date, amount, label } = this;
    return { date, amount, label, labels: this.labels.entries } satisfies Partial<IndexData>;
  }

  get byteLength(): number {
    return this.date.byteLength + this.amount.byteLength + this.label.byteLength + this.labels.byteLength;
  }

  get room(): number {
    return this.capacity - this.rows;
  }

  /** Every sum of amounts there can be is exact. */
  get sumsAreExact(): boolean {
    return Number.isSafeInteger(this.turnover);
  }

  /** Whether an amount needs a wider column than there is. */
  isTooWide(hundredths: number): boolean {
    return this.amount instanceof Int32Array && (hundredths | 0) !== hundredths;
  }

  /** While the columns are filled: rows in any order. Their customers are told by `owners`, sooner or later. */
  addUngrouped(date: number, hundredths: number, label: number): void {
    if (this.isTooWide(hundredths)) this.widen();
    this.add(date, hundredths, label);
  }

  /** The customers of the rows, while they are filled. */
  get owners(): Uint32Array {
    return this.owner!;
  }

  /** A further row at the end. */
  add(date: number, hundredths: number, label: number): void {
    const at = this.rows++;
    this.date[at] = date;
    this.amount[at] = hundredths;
    this.label[at] = label;
    this.turnover += Math.abs(hundredths);
  }

  private widen(): void {
    const wide = shared(Float64Array, this.capacity);
    wide.set(this.amount);
    this.amount = wide;
  }

  /** Brings the purchases of each customer together, in the order of time, and says where they lie. */
  group(customers: number, places: Places): void {
    const { start, end } = places;
    const to = this.owner!;
    const { rows } = this;
    for (let i = 0; i < rows; i++) end[to[i]]++;
    for (let c = 0, next = 0; c < customers; c++) {
      start[c] = next;
      next += end[c];
      end[c] = start[c];
    }
    for (let i = 0; i < rows; i++) to[i] = end[to[i]]++;
    this.move(to);
    (this.owner!.buffer as Returnable).resize(0);
    this.owner = undefined;
    this.held = rows;
    for (let c = 0; c < customers; c++) {
      this.sortByDate(start[c], end[c]);
      this.noteNewest(c, places);
    }
  }

  /** To be done whenever the purchases of a customer have been put in their place. */
  noteNewest(customer: number, { start, end, newest }: Places): void {
    newest[customer] = end[customer] > start[customer] ? newestOf(this.date[end[customer] - 1]) : 0;
  }

  /** Row i goes to to[i]: column after column, by way of one copy. Writes all over memory overlap; swaps in place wait for each other. */
  private move(to: Uint32Array): void {
    const copy = returnable(this.rows * 8);
    const wide = this.amount instanceof Float64Array;
    scatter(this.date, to, new Float64Array(copy));
    scatter(this.amount, to, wide ? new Float64Array(copy) : new Int32Array(copy, 0, this.rows));
    scatter(this.label, to, new Uint16Array(copy, 0, this.rows));
    copy.resize(0);
  }

  private sortByDate(start: number, end: number): void {
    const { date, amount, label } = this;
    if (end - start > SHORT_RUN) return this.sortLongRun(start, end);
    for (let i = start + 1; i < end; i++) {
      const d = date[i];
      if (date[i - 1] <= d) continue;
      const a = amount[i];
      const l = label[i];
      let k = i;
      for (; k > start && date[k - 1] > d; k--) {
        date[k] = date[k - 1];
        amount[k] = amount[k - 1];
        label[k] = label[k - 1];
      }
      date[k] = d;
      amount[k] = a;
      label[k] = l;
    }
  }

  private sortLongRun(start: number, end: number): void {
    const [date, amount, label] = [this.date, this.amount, this.label].map((column) => column.slice(start, end));
    let isSorted = true;
    for (let i = 1; i < date.length && isSorted; i++) isSorted = date[i - 1] <= date[i];
    if (isSorted) return;
    const order = Uint32Array.from(date.keys()).sort((i, k) => (date[i] < date[k] ? -1 : date[i] > date[k] ? 1 : 0));
    order.forEach((from, i) => {
      this.date[start + i] = date[from];
      this.amount[start + i] = amount[from];
      this.label[start + i] = label[from];
    });
  }
}

/** A resizable ArrayBuffer, which the library of our compiler does not know yet. */
interface Returnable extends ArrayBuffer {
  resize(bytes: number): void;
}
const ResizableBuffer = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => Returnable;

/** Memory that resize(0) gives back at once: an idle thread would keep it until it collects garbage, which may be never. */
const returnable = (bytes: number): Returnable => new ResizableBuffer(bytes, { maxByteLength: bytes });

function scatter(column: Float64Array | Int32Array | Uint16Array, to: Uint32Array, copy: typeof column): void {
  copy.set(column.subarray(0, copy.length));
  for (let i = 0; i < copy.length; i++) column[to[i]] = copy[i];
}
