import fc from 'fast-check';
import type { TotalScan } from '../../filters/scan';
import { addCounts, addMasks, BlockScanner } from './block-scanner';
import { ByteDictionary } from '../data/byte-dictionary';
import { Documents } from './customer-test';
import { type IndexData, shared } from '../data/index-data';
import { PurchaseColumns } from '../load/purchase-columns';
import type { LeafPlan, ScanPlan, ScopePlan } from './scan-plan';

interface Bought {
  owner: number;
  date: number;
  amount: number;
  label: number;
}

const AS_OF = 100;
const STORES = ['A', 'B', null];
const labels = new ByteDictionary(10, 1000);
for (const store of STORES) {
  const entry = store === null ? [255, 255, 255, 255] : [0, 0, 0, 1, store.charCodeAt(0)];
  const bytes = Uint8Array.from([...entry, 255, 255, 255, 255, 255, 255, 255, 255]);
  labels.code(bytes, 0, bytes.length);
}

/** Columns of customers with these purchases; every third is not active. */
function columns(customers: number, purchases: Bought[], wide: boolean): IndexData {
  const columns = new PurchaseColumns(purchases.length, purchases.length, 1000);
  for (const { date, amount, label } of purchases) columns.addUngrouped(date, amount + (wide ? 2 ** 40 : 0), label);
  columns.owners.set(purchases.map(({ owner }) => owner));
  const column = () => shared(Uint32Array, customers);
  const places = { start: column(), end: column(), newest: column() };
  columns.group(customers, places);
  const active = shared(Uint32Array, Math.ceil(customers / 32));
  const registered = shared(Float64Array, customers);
  for (let c = 0; c < customers; c++) {
    if (isActive(c)) active[c >> 5] |= 1 << (c & 31);
    registered[c] = registeredAt(c);
  }
  return { ...columns.data, ...places, active, registered, labels: labels.entries, customers } as IndexData;
}
const isActive = (c: number) => c % 3 !== 0;
const registeredAt = (c: number) => (c % 7 === 0 ? NaN : c % 11);

const instant = fc.integer({ min: 80, max: 110 });
const scope: fc.Arbitrary<ScopePlan> = fc.record({
  from: fc.oneof(instant, fc.constant(-Infinity)),
  to: fc.oneof(instant, fc.constant(AS_OF)).map((to) => Math.min(to, AS_OF)),
  labels: fc.oneof(
    fc.constant([]),
    fc.subarray(['A', 'B', 'C'], { minLength: 1 }).map((stores) => [{ column: 'store_name' as const, in: stores }]),
  ),
});
const bounds = (value: fc.Arbitrary<number>) => fc.record({ from: value, to: value }, { requiredKeys: [] });
const total: fc.Arbitrary<TotalScan> = fc.oneof(
  bounds(fc.integer({ min: 0, max: 5 })).map((range) => ({ measure: 'purchases' as const, ...range })),
  bounds(fc.integer({ min: -5, max: 20 })).map((range) => ({ measure: 'spent' as const, ...range })),
  bounds(fc.integer({ min: -5, max: 10 })).map((range) => ({ measure: 'average' as const, ...range })),
  bounds(instant).map((range) => ({ measure: 'first' as const, ...range })),
  bounds(instant).map((range) => ({ measure: 'last' as const, ...range })),
);
const leaf = fc.record(
  {
    customer: fc.oneof(
      fc.constant([]),
      bounds(fc.integer({ min: 0, max: 10 })).map((range) => [{ column: 'registered' as const, ...range }]),
    ),
    scope: fc.integer({ min: 0, max: 3 }),
    totals: fc.array(total, { maxLength: 2 }),
  },
  { requiredKeys: ['customer', 'totals'] },
);
const plan: fc.Arbitrary<ScanPlan> = fc
  .record({
    scopes: fc.array(scope, { minLength: 4, maxLength: 4 }),
    leaves: fc.array(leaf, { minLength: 3, maxLength: 6 }),
  })
  .map(({ scopes, leaves }) => {
    const all = leaves.map((one) => (one.scope === undefined ? { ...one, totals: [] } : one));
    const nodes = [
      ...all.map((_, i) => ({ op: 'leaf' as const, leaf: i })),
      { op: 'all' as const, parts: [0, 1] },
      { op: 'any' as const, parts: [1, 2] },
      { op: 'not' as const, part: all.length },
    ];
    return { asOf: AS_OF, scopes, leaves: all, nodes, rules: [[0], [1]], columns: [], from: 0 };
  });

const isIn = (value: number, { from = -Infinity, to = Infinity }) => value >= from && value <= to;

/** What a plan's nodes mean for a customer, as plainly as possible. */
function holds(plan: ScanPlan, node: number, c: number, bought: Bought[]): boolean {
  if (!isActive(c)) return false;
  const asked = plan.nodes[node];
  if (asked.op === 'not') return !holds(plan, asked.part, c, bought);
  if (asked.op === 'all') return asked.parts.every((part) => holds(plan, part, c, bought));
  if (asked.op === 'any') return asked.parts.some((part) => holds(plan, part, c, bought));
  const { customer, scope, totals }: LeafPlan = plan.leaves[(asked as { leaf: number }).leaf];
  if (!customer.every((scan) => isIn(registeredAt(c), scan as { from?: number }))) return false;
  if (scope === undefined) return true;
  const stores = plan.scopes[scope].labels[0]?.in as string[] | undefined;
  const counting = bought.filter(
    (p) => p.owner === c && isIn(p.date, plan.scopes[scope]) && (!stores || stores.includes(STORES[p.label]!)),
  );
  if (totals.length === 0) return counting.length > 0;
  const spent = counting.reduce((sum, { amount }) => sum + amount, 0);
  const dates = counting.map(({ date }) => date);
  const measured = {
    purchases: counting.length,
    spent,
    average: spent / counting.length,
    first: Math.min(...dates),
    last: Math.max(...dates),
  };
  return totals.every((scan) => isIn(measured[scan.measure], scan));
}

const facts = fc.integer({ min: 1, max: 70 }).chain((customers) =>
  fc.record({
    customers: fc.constantFrom(customers, 4096 + customers), // into a second block
    purchases: fc.array(
      fc.record({
        owner: fc.oneof(fc.nat({ max: customers - 1 }), fc.constant(1 % customers)),
        date: instant,
        amount: fc.integer({ min: -5, max: 10 }),
        label: fc.nat({ max: 2 }),
      }),
      { maxLength: 200 },
    ),
  }),
);

it('finds for every node the customers that plain loops find', () => {
  fc.assert(
    fc.property(facts, plan, ({ customers, purchases }, asked) => {
      const scanner = new BlockScanner(asked, columns(customers, purchases, false), new Documents());
      const sets = scanner.nodes.map(() => new Set<number>());
      const totals = new Float64Array(scanner.nodes.length);
      const byMask = new Float64Array(4);
      for (let block = 0; block < scanner.blocks; block++) {
        const words = scanner.scan(block);
        addCounts(scanner.nodes, words, totals);
        addMasks(scanner.nodes.slice(0, 2), words, byMask);
        scanner.nodes.forEach((bits, i) => {
          for (let k = 0; k < words * 32; k++) if ((bits[k >> 5] >>> (k & 31)) & 1) sets[i].add(block * 4096 + k);
        });
      }
      const everybody = [...Array(customers).keys()];
      const expected = asked.nodes.map((_, i) => everybody.filter((c) => holds(asked, i, c, purchases)));
      expect(sets.map((set) => [...set])).toEqual(expected);
      expect([...totals]).toEqual(expected.map(({ length }) => length));
      const [a, b] = sets;
      expect(byMask[3]).toBe([...a].filter((c) => b.has(c)).length);
      expect([byMask[1], byMask[2]]).toEqual([a.size - byMask[3], b.size - byMask[3]]);
    }),
    { numRuns: 200 },
  );
});

it('keeps amounts of more than 32 bits exact', () => {
  const purchases = [3, 1, 2].map((amount) => ({ owner: 1, date: 90, amount, label: 0 }));
  const spent = 3 * 2 ** 40 + 6;
  const exactly = (sum: number): ScanPlan => ({
    asOf: AS_OF,
    scopes: [{ from: -Infinity, to: AS_OF, labels: [] }],
    leaves: [{ customer: [], scope: 0, totals: [{ measure: 'spent', from: sum, to: sum }] }],
    nodes: [{ op: 'leaf', leaf: 0 }],
    rules: [[0]],
    columns: ['amount'],
    from: -Infinity,
  });
  const found = [spent - 1, spent, spent + 1].map((sum) => {
    const scanner = new BlockScanner(exactly(sum), columns(2, purchases, true), new Documents());
    scanner.scan(0);
    return scanner.nodes[0][0];
  });
  expect(found).toEqual([0, 2, 0]);
});
