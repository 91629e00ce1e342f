import fc from 'fast-check';
import { jsonFault, stringFault } from './json-guard';

/** `depth` values in one another, the innermost a number. */
const nested = (depth: number): unknown => (depth === 1 ? 1 : [nested(depth - 1)]);
const text = (json: string) => JSON.parse(json) as unknown;

describe('a fault of a JSON value', () => {
  it.each([
    [{ a: ['\u0000'] }, '/a/0', 'has a control character'],
    [{ a: { 'b\u001f': 1 } }, '/a/b\u001f', 'has a control character'],
    [{ a: '\ud800' }, '/a', 'is not well-formed Unicode'],
    [{ '\udfff': 1 }, '/\udfff', 'is not well-formed Unicode'],
    [{ a: 2 ** 53 }, '/a', 'is a whole number too large to keep exactly'],
    [text('{"a":[1,-1e400]}'), '/a/1', 'is a number too large to keep'],
    [text('{"a":{"__proto__":{}}}'), '/a/__proto__', 'is a key that is not accepted'],
    [{ 'a/b~c': { toString: 1 } }, '/a~1b~0c/toString', 'is a key that is not accepted'],
    [{ a: nested(32) }, '', 'is nested deeper than 32 levels'],
    [Array(10_000).fill(1), '', 'has more than 10000 values'],
  ])('%j', (value, pointer, detail) => {
    expect(jsonFault(value)).toEqual({ pointer, detail });
  });

  it('is the last of several, but of two keys the first', () => {
    expect(jsonFault({ a: 2 ** 53, b: [{ c: '\u0000' }, 2 ** 53, 0] })?.pointer).toBe('/b/1');
    expect(jsonFault({ a: 2 ** 53, 'b\u0000': 1, 'c\u0000': 1 })?.pointer).toBe('/b\u0000');
  });

  it('names a long key in short', () => {
    expect(jsonFault({ [`${'k'.repeat(5000)}\u0000`]: 1 })?.pointer).toBe(`/${'k'.repeat(100)}`);
  });

  it.each([
    [undefined],
    [null],
    [{}],
    [nested(32)],
    [Array(9_999).fill(1)],
    [{ '': [-0, 5e-324, 2 ** 53 - 1, 'a\n\t\r\u007f'] }],
  ])('is not found in what can be kept (%#)', (value) => {
    expect(jsonFault(value)).toBeUndefined();
  });

  it('is found in exactly those texts that PostgreSQL cannot keep, or that are not for reading', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (wellFormed) => {
        const hasControl = [...wellFormed].some((c) => c < ' ' && !'\n\t\r'.includes(c));
        expect(stringFault(wellFormed) !== undefined).toBe(hasControl);
      }),
    );
  });
});
