import type { TotalScan } from '../../filters/scan';
import { lowestBit, popcount } from './bits';
import { type CustomerTest, customerTest, type Documents } from './customer-test';
import { BLOCK, type IndexData } from '../data/index-data';
import type { LeafPlan, NodePlan, ScanPlan } from './scan-plan';
import { ScopeScan } from './scope-scan';

interface Leaf {
  readonly bits: Uint32Array;
  readonly tests: readonly CustomerTest[];
  readonly totals: readonly TotalScan[];
  readonly scope?: ScopeScan;
}

/**
 * A plan made ready for the columns of an index. Customers are taken block by block: every filter set becomes a bit a customer, the
 * tree is boolean algebra on words of 32 customers, and a block's purchases stay in the cache for all the rules that look at them.
 */
export class BlockScanner {
  /** The bits of each node after `scan`. */
  readonly nodes: Uint32Array[];
  private readonly scopes: readonly ScopeScan[];
  private readonly leaves: readonly Leaf[];
  private readonly active = new Uint32Array(BLOCK / 32);

  constructor(
    private readonly plan: ScanPlan,
    private readonly data: IndexData,
    documents: Documents,
  ) {
    this.scopes = plan.scopes.map((scope) => new ScopeScan(scope, data));
    this.leaves = plan.leaves.map((leaf) => this.prepared(leaf, documents));
    this.nodes = plan.nodes.map((node) => (node.op === 'leaf' ? this.leaves[node.leaf].bits : new Uint32Array(BLOCK / 32)));
  }

  private prepared({ customer, scope, totals }: LeafPlan, documents: Documents): Leaf {
    if (scope !== undefined) this.scopes[scope].needs(totals);
    return {
      bits: new Uint32Array(BLOCK / 32),
      tests: customer.map((scan) => customerTest(scan, this.data, documents)),
      totals,
      scope: scope === undefined ? undefined : this.scopes[scope],
    };
  }

  get blocks(): number {
    return Math.ceil(this.data.customers / BLOCK);
  }

  /** @returns how many words of the nodes' bits belong to the block. */
  scan(block: number): number {
    const base = block * BLOCK;
    const words = Math.ceil(Math.min(BLOCK, this.data.customers - base) / 32);
    this.active.fill(0).set(this.data.active.subarray(base / 32, base / 32 + words));
    for (const { asked } of this.scopes) asked.fill(0);
    for (const { bits, tests, scope } of this.leaves) {
      bits.set(this.active);
      for (const test of tests) test(bits, base);
      if (scope) for (let w = 0; w < words; w++) scope.asked[w] |= bits[w];
    }
    for (const scope of this.scopes) scope.run(base, words);
    for (const { bits, scope, totals } of this.leaves) {
      if (!scope) continue;
      for (const total of totals.length === 0 ? [SOME] : totals) keepTotal(bits, words, scope, total);
    }
    this.plan.nodes.forEach((node, i) => this.combine(node, this.nodes[i], words));
    return words;
  }

  private combine(node: NodePlan, into: Uint32Array, words: number): void {
    if (node.op === 'leaf') return;
    const { nodes, active } = this;
    if (node.op === 'not') {
      const part = nodes[node.part];
      for (let w = 0; w < words; w++) into[w] = active[w] & ~part[w];
    } else if (node.op === 'all') {
      into.set(active);
      for (const number of node.parts) for (let w = 0, part = nodes[number]; w < words; w++) into[w] &= part[w];
    } else {
      into.fill(0);
      for (const number of node.parts) for (let w = 0, part = nodes[number]; w < words; w++) into[w] |= part[w];
    }
  }
}

/** What is asked of a scope of which nothing else is. */
const SOME: TotalScan = { measure: 'purchases', from: 1 };

/** What a measure is where no purchase counts. */
const OF_NOBODY = { purchases: 0, spent: 0, first: Infinity, last: -Infinity } as const;

function keepTotal(bits: Uint32Array, words: number, scope: ScopeScan, total: TotalScan): void {
  const { measure, from = -Infinity, to = Infinity } = total;
  if (measure === 'average') return keepAverage(bits, words, scope, from, to);
  const ofNobody = OF_NOBODY[measure];
  if (!(ofNobody >= from && ofNobody <= to)) keepBuyers(bits, words, scope);
  keepInRange(bits, words, scope[measure === 'purchases' ? 'count' : measure], from, to);
}

/** Whoever has no purchase need not be looked at one by one. */
function keepBuyers(bits: Uint32Array, words: number, { buyers }: ScopeScan): void {
  for (let w = 0; w < words; w++) bits[w] &= buyers[w];
}

function keepInRange(bits: Uint32Array, words: number, values: Float64Array, from: number, to: number): void {
  for (let w = 0; w < words; w++) {
    let kept = bits[w];
    for (let left = kept; left !== 0; left &= left - 1) {
      const bit = lowestBit(left);
      const value = values[w * 32 + bit];
      if (!(value >= from && value <= to)) kept ^= 1 << bit;
    }
    bits[w] = kept;
  }
}

/** The bounds are multiplied, not the sum divided: exact, since a product beyond 2^53 is rounded, but not to below any sum. */
function keepAverage(bits: Uint32Array, words: number, { spent, count }: ScopeScan, from: number, to: number): void {
  for (let w = 0; w < words; w++)
    for (let left = bits[w]; left !== 0; left &= left - 1) {
      const bit = lowestBit(left);
      const [sum, purchases] = [spent[w * 32 + bit], count[w * 32 + bit]];
      if (!(purchases > 0 && sum >= from * purchases && sum <= to * purchases)) bits[w] &= ~(1 << bit);
    }
}

/** Adds, for each node, its customers of the block to `totals`. */
export function addCounts(nodes: readonly Uint32Array[], words: number, totals: Float64Array): void {
  nodes.forEach((bits, i) => {
    let sum = 0;
    for (let w = 0; w < words; w++) sum += popcount(bits[w]);
    totals[i] += sum;
  });
}

/** Adds the customers of the block to `byMask`, by the sets they are in: bit i of a mask is sets[i]. */
export function addMasks(sets: readonly Uint32Array[], words: number, byMask: Float64Array): void {
  for (let w = 0; w < words; w++) split(-1, 0, 0, w);

  function split(customers: number, i: number, mask: number, w: number): void {
    if (customers === 0) return;
    if (i === sets.length) return void (byMask[mask] += popcount(customers));
    split(customers & sets[i][w], i + 1, mask | (1 << i), w);
    split(customers & ~sets[i][w], i + 1, mask, w);
  }
}
