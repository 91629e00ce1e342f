import { jsonContains, numbersAreExact } from './json-contains';

it.each<[unknown, object, boolean]>([
  [{}, {}, true],
  [{ a: 1, b: 2 }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1 }, { a: '1' }, false],
  [{ a: null }, { a: null }, true],
  [{}, { a: null }, false],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, true],
  [{ a: { b: { c: 1 } } }, { a: { c: 1 } }, false],
  [{ a: [1, 2, 3] }, { a: [3, 1, 1] }, true],
  [{ a: [1] }, { a: 1 }, false],
  [{ a: 1 }, { a: [1] }, false],
  [{ a: [[1, 2]] }, { a: [[2]] }, true],
  [{ a: [[1], 2] }, { a: [1] }, false],
  [{ a: [{ b: 1, c: 2 }] }, { a: [{ c: 2 }, { b: 1 }] }, true],
  [{ a: [] }, { a: {} }, false],
  [{ a: [1] }, { a: [] }, true],
  [[], {}, false],
  [[{ a: 1 }], { a: 1 }, false],
  ['a', {}, false],
  [null, {}, false],
  [JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}'), true],
  [{}, { toString: 'x' }, false],
])('%j contains %j: %p', (whole, part, contained) => {
  expect(jsonContains(whole, part)).toBe(contained);
});

it.each([
  ['{"a": 1.50, "b": -0.1, "c": 1000000000000000000}', true],
  ['{"a": "12345678901234567890"}', true],
  ['{"a \\" 1": "\\\\", "b": 123456789012345}', true],
  ['{"a": 1234567890123456}', false],
  ['{"a": 0.12345678901234567}', false],
  [`{"a": 1${'0'.repeat(320)}}`, false],
])('of %s JavaScript keeps all numbers: %p', (jsonb, exact) => {
  expect(numbersAreExact(jsonb)).toBe(exact);
});
