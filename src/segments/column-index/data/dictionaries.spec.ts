import fc from 'fast-check';
import { ByteDictionary, fieldsOf } from './byte-dictionary';
import { shared } from './index-data';
import { addUuid, findUuid, slotsFor, uuidOf, wordsOf } from './uuid-table';

/** Fields as COPY writes them. */
const entry = (...values: (string | null)[]): Buffer =>
  Buffer.concat(
    values.flatMap((value) => {
      const text = Buffer.from(value ?? '');
      const length = Buffer.alloc(4);
      length.writeInt32BE(value === null ? -1 : text.length);
      return [length, text];
    }),
  );

describe('a dictionary of bytes', () => {
  it('gives equal entries equal codes, different ones different codes, and the entry back', () => {
    const fields = fc.tuple(fc.option(fc.string({ unit: 'grapheme' })), fc.option(fc.constantFrom('', 'a', 'b')));
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 400 }), (all) => {
        const dictionary = new ByteDictionary(1000, 1_000_000);
        const codes = all.map((values) => dictionary.code(entry(...values), 0, entry(...values).length));
        expect(codes.map((code) => fieldsOf(dictionary.entries, code))).toEqual(all);
        expect(new Set(codes).size).toBe(new Set(all.map((values) => JSON.stringify(values))).size);
      }),
    );
  });

  it('says when there is no room for another', () => {
    const dictionary = new ByteDictionary(2, 100);
    const codes = ['a', 'b', 'c', 'a'].map((text) => dictionary.code(entry(text), 0, 5));
    expect(codes).toEqual([0, 1, -1, 0]);
    expect(new ByteDictionary(2, 4).code(entry('a'), 0, 5)).toBe(-1);
  });
});

it('a table of uuids finds each one and no other, random or in order', () => {
  const inOrder = Array.from({ length: 300 }, (_, i) => `018f0000-0000-7000-8000-${i.toString(16).padStart(12, '0')}`);
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 200 }), (random) => {
      const uuids = [...new Set([...random, ...inOrder])];
      const ids = shared(Int32Array, uuids.length * 4);
      const slots = slotsFor(uuids.length);
      const find = (uuid: string) => {
        const [a, b, c, d] = wordsOf(uuid);
        return { found: findUuid(ids, slots, a, b, c, d), words: [a, b, c, d] as const };
      };
      uuids.forEach((uuid, number) => {
        const { found, words } = find(uuid);
        expect(found).toBeLessThan(0);
        addUuid(ids, slots, number, found, ...words);
      });
      expect(uuids.map((uuid) => find(uuid).found)).toEqual([...uuids.keys()]);
      expect(uuids.map((_, number) => uuidOf(ids, number))).toEqual(uuids);
    }),
    { numRuns: 20 },
  );
});
