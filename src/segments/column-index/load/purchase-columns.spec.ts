import fc from 'fast-check';
import { PurchaseColumns } from './purchase-columns';

it('brings the purchases of each customer together, in the order of time, whatever order they come in', () => {
  const row = fc.record({ owner: fc.integer({ min: 0, max: 5 }), date: fc.integer({ min: 0, max: 50 }) });
  const facts = fc.oneof(fc.array(row), fc.array(row, { minLength: 100, maxLength: 400 }));
  fc.assert(
    fc.property(facts, (rows) => {
      const columns = new PurchaseColumns(rows.length, rows.length + 10, 1000);
      rows.forEach(({ date }, i) => columns.addUngrouped(date, i, i));
      columns.owners.set(rows.map(({ owner }) => owner));
      const [start, end, newest] = [new Uint32Array(6), new Uint32Array(6), new Uint32Array(6)];
      columns.group(6, { start, end, newest });
      const { date, amount, label } = columns.data;
      const grouped = [...start.keys()].map((owner) =>
        Array.from({ length: end[owner] - start[owner] }, (_, k) => start[owner] + k).map((at) => {
          expect(label[at]).toBe(amount[at]);
          expect(rows[amount[at]].owner).toBe(owner);
          return date[at];
        }),
      );
      const inOrder = [...start.keys()].map((owner) =>
        rows
          .filter((one) => one.owner === owner)
          .map((one) => one.date)
          .sort((a, b) => a - b),
      );
      expect(grouped).toEqual(inOrder);
      expect(new Set(amount.subarray(0, rows.length)).size).toBe(rows.length);
    }),
  );
});
