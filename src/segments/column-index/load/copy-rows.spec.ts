import fc from 'fast-check';
import { CopyRows, hundredthsAt, microsAt } from './copy-rows';

const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const field = (value: Buffer | null): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(value?.length ?? -1);
  return Buffer.concat([length, value ?? Buffer.alloc(0)]);
};
const row = (values: (Buffer | null)[]): Buffer => Buffer.concat([Buffer.from([0, values.length]), ...values.map(field)]);

/** A numeric as PostgreSQL sends it. */
function numeric(weight: number, digits: number[], sign = 0): Buffer {
  const sent = Buffer.alloc(8 + 2 * digits.length);
  sent.writeInt16BE(digits.length, 0);
  sent.writeInt16BE(weight, 2);
  sent.writeUInt16BE(sign, 4);
  digits.forEach((digit, i) => sent.writeInt16BE(digit, 8 + 2 * i));
  return field(sent);
}

it('finds the rows wherever the pieces they arrive in are cut', () => {
  const value = fc.option(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)));
  const rows = fc.array(fc.tuple(value, value, value), { maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (written, sizes) => {
      const read: (Buffer | null)[][] = [];
      const reader = new CopyRows(3, (bytes, at) =>
        read.push([0, 1, 2].map((k) => (bytes[at[k]] === 0xff ? null : Buffer.from(bytes.subarray(at[k] + 4, at[k + 1]))))),
      );
      const sent = Buffer.concat([HEADER, ...written.map(row), Buffer.from([0xff, 0xff])]);
      for (let at = 0, i = 0; at < sent.length; at += sizes[i++ % sizes.length])
        reader.push(sent.subarray(at, at + sizes[i % sizes.length]));
      expect(read).toEqual(written);
    }),
  );
});

it.each([
  ['0', numeric(0, []), 0],
  ['12.34', numeric(0, [12, 3400]), 1234],
  ['-12.30', numeric(0, [12, 3000], 0x4000), -1230],
  ['0.05', numeric(-1, [500]), 5],
  ['10000', numeric(1, [1]), 1_000_000],
  ['99999999.99', numeric(1, [9999, 9999, 9900]), 9_999_999_999],
  ['120000000.10', numeric(2, [1, 2000, 0, 1000]), 12_000_000_010],
  ['0.001', numeric(-1, [10]), NaN],
  ['1.00001', numeric(0, [1, 0, 1000]), NaN],
  ['0.0001', numeric(-1, [1]), NaN],
  ['0.00000001', numeric(-2, [1]), NaN],
  ['1e16', numeric(4, [1]), NaN],
  ['NaN', numeric(0, [], 0xc000), NaN],
  ['Infinity', numeric(0, [], 0xd000), NaN],
  ['NULL', field(null), NaN],
])('reads %s in hundredths, or says that it cannot exactly', (_text, sent, hundredths) => {
  expect(hundredthsAt(sent, 0)).toBe(hundredths);
});

it.each([
  [0n, 946_684_800_000_000],
  [-1n, 946_684_799_999_999],
  [848_671_200_000_001n, 1_795_356_000_000_001],
  [2n ** 63n - 1n, Infinity],
  [-(2n ** 63n), -Infinity],
])('reads the instant %s', (sent, micros) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(sent);
  expect(microsAt(field(bytes), 0)).toBe(micros);
});
