import type { PurchaseScan, TotalScan } from '../../filters/scan';
import { lowestBit } from './bits';
import { fieldsOf } from '../data/byte-dictionary';
import { BLOCK, type IndexData, secondOf } from '../data/index-data';
import type { ScopePlan } from './scan-plan';

/** Longer windows are found by halving; shorter ones are walked from their newest purchase. */
const WALK = 16;

/** A scope and what is measured over it, for the customers of a block. Which measures are wanted is known before the first block. */
export class ScopeScan {
  readonly count = new Float64Array(BLOCK);
  readonly spent = new Float64Array(BLOCK);
  readonly first = new Float64Array(BLOCK);
  readonly last = new Float64Array(BLOCK);
  /** Customers of whom it is asked in this block. */
  readonly asked = new Uint32Array(BLOCK / 32);
  /** Those of them who may have a purchase in scope: all others have none. */
  readonly buyers = new Uint32Array(BLOCK / 32);
  /** The buyers one after the other, without the gaps between their bits. */
  private readonly list = new Uint32Array(BLOCK);
  private readonly wanted?: Uint8Array;
  private sums = false;
  private instants = false;
  /** Nobody asks whether there are more purchases than this: counting may stop. */
  private enough = 1;

  constructor(
    private readonly plan: ScopePlan,
    private readonly data: IndexData,
  ) {
    if (plan.labels.length > 0) this.wanted = wantedLabels(plan.labels, data);
  }

  /** Before the first block: a filter set asks these totals of the scope. */
  needs(totals: readonly TotalScan[]): void {
    for (const { measure, from = 0, to = -1 } of totals) {
      if (measure === 'purchases') this.enough = Math.max(this.enough, from, to + 1);
      else if (measure === 'first' || measure === 'last') this.instants = true;
      else this.sums = true;
    }
    if (this.sums || this.instants) this.enough = Infinity;
  }

  /** Measures the scope for those asked in the block that begins with customer `base`. */
  run(base: number, words: number): void {
    this.count.fill(0);
    if (this.sums) this.spent.fill(0);
    if (this.instants) {
      this.first.fill(Infinity);
      this.last.fill(-Infinity);
    }
    const buyers = this.listBuyers(base, words);
    if (this.wanted !== undefined) this.measureLabelled(base, buyers, this.wanted);
    else if (this.enough !== Infinity) this.countUpToEnough(base, buyers);
    else this.measureAll(base, buyers);
  }

  /** @returns how many are in the list. */
  private listBuyers(base: number, words: number): number {
    const { asked, buyers, list } = this;
    const { newest } = this.data;
    const since = secondOf(this.plan.from);
    let length = 0;
    for (let w = 0; w < words; w++) {
      let found = 0;
      for (let left = asked[w]; left !== 0; left &= left - 1) {
        const bit = lowestBit(left);
        const isBuyer = newest[base + w * 32 + bit] >= since ? 1 : 0;
        list[length] = w * 32 + bit; // kept where it is one: no branch to guess at
        length += isBuyer;
        found |= isBuyer << bit;
      }
      buyers[w] = found;
    }
    return length;
  }

  private countUpToEnough(base: number, buyers: number): void {
    const { list, count, enough } = this;
    const { start, end, date } = this.data;
    const { from, to } = this.plan;
    for (let j = 0; j < buyers; j++) {
      const i = list[j];
      const begin = start[base + i];
      let high = end[base + i];
      while (high > begin && date[high - 1] > to) high--;
      let found = 0;
      while (found < enough && high > begin && date[high - 1] >= from) {
        high--;
        found++;
      }
      count[i] = found;
    }
  }

  private measureAll(base: number, buyers: number): void {
    const { list, count, spent, first, last, sums, instants } = this;
    const { start, end, date, amount } = this.data;
    const { from, to } = this.plan;
    for (let j = 0; j < buyers; j++) {
      const i = list[j];
      const begin = start[base + i];
      let high = end[base + i];
      while (high > begin && date[high - 1] > to) high--;
      const low = from === -Infinity ? begin : lowerBound(date, begin, high, from);
      count[i] = high - low;
      if (sums) {
        let sum = 0;
        for (let k = low; k < high; k++) sum += amount[k];
        spent[i] = sum;
      }
      if (instants && low < high) {
        first[i] = date[low];
        last[i] = date[high - 1];
      }
    }
  }

  private measureLabelled(base: number, buyers: number, wanted: Uint8Array): void {
    const { list, count, spent, sums, instants, enough } = this;
    const { start, end, date, amount, label } = this.data;
    const { from, to } = this.plan;
    for (let j = 0; j < buyers; j++) {
      const i = list[j];
      const begin = start[base + i];
      let high = end[base + i];
      while (high > begin && date[high - 1] > to) high--;
      const low = from === -Infinity ? begin : lowerBound(date, begin, high, from);
      let found = 0;
      if (sums) {
        let sum = 0;
        for (let k = low; k < high; k++) {
          const counts = wanted[label[k]]; // 1 or 0: no branch to guess at
          found += counts;
          sum += counts * amount[k];
        }
        spent[i] = sum;
      } else for (let k = high; k > low && found < enough;) found += wanted[label[--k]];
      count[i] = found;
      if (instants && found > 0) this.instantsLabelled(i, low, high, wanted);
    }
  }

  /** There is a purchase that counts. */
  private instantsLabelled(i: number, low: number, high: number, wanted: Uint8Array): void {
    const { label, date } = this.data;
    while (wanted[label[low]] === 0) low++;
    while (wanted[label[high - 1]] === 0) high--;
    this.first[i] = date[low];
    this.last[i] = date[high - 1];
  }
}

/** The first of date[low…high), ascending, that is not before `from`; `high` where there is none. */
function lowerBound(date: Float64Array, low: number, high: number, from: number): number {
  let end = high;
  for (let step = 0; step < WALK; step++, end--) if (end === low || date[end - 1] < from) return end;
  let begin = low;
  while (begin < end) {
    const middle = (begin + end) >>> 1;
    if (date[middle] < from) begin = middle + 1;
    else end = middle;
  }
  return begin;
}

/** 1 for the codes of labels that satisfy all the scans. NULL is in no list. */
function wantedLabels(scans: readonly Exclude<PurchaseScan, { column: 'date' }>[], { labels }: IndexData): Uint8Array {
  const position = { store_name: 0, is_market_store: 1, ticket_type: 2 } as const;
  const lists = scans.map(({ column, in: wanted }) => ({
    field: position[column],
    // a boolean is a byte, 0 or 1
    values: new Set<string | null>(wanted.map((value) => (typeof value === 'boolean' ? (value ? '\x01' : '\x00') : value))),
  }));
  return Uint8Array.from({ length: labels.size }, (_, code) => {
    const fields = fieldsOf(labels, code);
    return lists.every(({ field, values }) => values.has(fields[field])) ? 1 : 0;
  });
}
