import * as fc from 'fast-check';
import { checkedInference, LONGEST, MOST, restingOn } from './inference-check';
import { plainPurchase } from './plain-purchase';
import { isSensitive } from './sensitive';

const tea = { key: 'likes', value: 'green tea', purchases: [1, 3] };
const of = (...preferences: unknown[]) => checkedInference(JSON.stringify({ preferences }), 5);

describe('what is inferred', () => {
  it('is a key, a value and the purchases it rests on, each once and in order', () => {
    const written = [
      { ...tea, key: ' Likes ', value: 'green  tea ', purchases: [3, 1, 3] },
      { key: 'Shops At', value: 'Mercat', purchases: [2, 4] },
    ];

    expect(of(...written, { ...tea, purchases: [5, 3] })).toEqual({
      inferred: [
        { ...tea, purchases: [1, 3, 5] },
        { key: 'shops_at', value: 'Mercat', purchases: [2, 4] },
      ],
      faults: [],
    });
    expect(of()).toEqual({ inferred: [], faults: [] });
  });

  it.each<[string, unknown, string]>([
    ['a text', 'likes tea', 'is no preference'],
    ['null', null, 'is no preference'],
    ['no value', { ...tea, value: undefined }, 'has no key or no value'],
    ['a value of another kind', { ...tea, value: { a: 1 } }, 'has no key or no value'],
    ['a long key', { ...tea, key: 'a'.repeat(LONGEST + 1) }, 'has a key that is not a short word'],
    ['a key with signs', { ...tea, key: 'likes.tea' }, 'has a key that is not a short word'],
    ['a key of JavaScript', { ...tea, key: 'constructor' }, 'has a key that is not a short word'],
    ['a key of JavaScript with signs', { ...tea, key: '__proto__' }, 'has a key that is not a short word'],
    [
      'a long value',
      { ...tea, value: 'a'.repeat(LONGEST + 1) },
      'has a value that is not a plain text of at most 40 characters',
    ],
    ['an empty value', { ...tea, value: ' ' }, 'has a value that is not a plain text of at most 40 characters'],
    ['a tag', { ...tea, value: '<b>tea' }, 'has a value that is not a plain text of at most 40 characters'],
    ['a link', { ...tea, value: 'evil.example' }, 'has a value that is not a plain text of at most 40 characters'],
    ['a placeholder', { ...tea, value: '{{ email }}' }, 'has a value that is not a plain text of at most 40 characters'],
    ['tag characters', { ...tea, value: 'tea\u{e0041}' }, 'has a value that is not a plain text of at most 40 characters'],
    [
      'zero-width characters',
      { ...tea, value: 't\u200bea' },
      'has a value that is not a plain text of at most 40 characters',
    ],
    ['two lines', { ...tea, value: 'tea\nmilk' }, 'has a value that is not a plain text of at most 40 characters'],
    ['a purchase that is not there', { ...tea, purchases: [1, 6] }, 'rests on a purchase that is not there'],
    ['purchase 0', { ...tea, purchases: [0, 1] }, 'rests on a purchase that is not there'],
    ['half a purchase', { ...tea, purchases: [1.5, 2] }, 'rests on a purchase that is not there'],
    ['a purchase as text', { ...tea, purchases: ['1', 2] }, 'rests on a purchase that is not there'],
    ['one purchase', { ...tea, purchases: [1] }, 'rests on too few purchases'],
    ['one purchase, twice', { ...tea, purchases: [1, 1] }, 'rests on too few purchases'],
    ['no purchases', { ...tea, purchases: undefined }, 'rests on too few purchases'],
    ['religion', { ...tea, key: 'religion', value: 'x' }, 'is about what is never inferred of a person'],
    ['religion by a diet', { ...tea, key: 'diet', value: 'Halal' }, 'is about what is never inferred of a person'],
  ])('is not %s', (_, written, fault) => {
    expect(of(written, { ...tea, value: 'bread' })).toEqual({ inferred: [{ ...tea, value: 'bread' }], faults: [fault] });
  });

  it('may rest on one purchase where there are no three', () => {
    expect([1, 2, 3, 50].map(restingOn)).toEqual([1, 1, 2, 2]);
    const one = JSON.stringify({ preferences: [{ ...tea, purchases: [1] }] });
    expect(checkedInference(one, 2).inferred).toHaveLength(1);
  });

  it(`is at most ${MOST} preferences`, () => {
    const many = Array.from({ length: MOST + 1 }, (_, i) => ({ ...tea, value: `tea ${i}` }));

    const { inferred, faults } = of(...many);

    expect([inferred.length, faults]).toEqual([MOST, ['is one more than 20']]);
  });

  it.each([
    '',
    'Sure!',
    '{"preferences": {}}',
    '[]',
    'null',
    '{"preferences": [',
    `{"preferences":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  ])('is nothing of %s', (answer) => {
    expect(checkedInference(answer, 5)).toEqual({ inferred: [], faults: ['is not what was asked for'] });
  });

  it('is plain, rests on purchases that are there, and is short, whatever the model writes', () => {
    const wild = fc.record({
      key: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('likes', 'Diet', '__proto__', 'toString')),
      value: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('tea', '<img src=x>', '\u{e0041}', 'x'.repeat(50))),
      purchases: fc.array(fc.oneof(fc.integer({ min: -1, max: 7 }), fc.double(), fc.string())),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(wild, fc.jsonValue())), (preferences) => {
        for (const { key, value, purchases } of of(...preferences).inferred) {
          expect(key).toMatch(/^\p{Ll}[\p{Ll}\p{M}\p{N}_]{0,39}$/u);
          expect([...value].length).toBeLessThanOrEqual(LONGEST);
          expect(value).not.toMatch(/[<>{}\p{Cc}\p{Cf}]/u);
          expect(purchases.length).toBeGreaterThanOrEqual(2);
          expect(purchases.every((n) => n >= 1 && n <= 5)).toBe(true);
        }
      }),
    );
  });
});

it.each([
  ['health', 'good'],
  ['medical_needs', 'x'],
  ['salut', 'x'],
  ['has', 'Diabetes'],
  ['dieta', 'sin gluten, celíaco'],
  ['diet', 'kosher'],
  ['creences', 'x'],
  ['celebrates', 'Ramadà'],
  ['sexual_orientation', 'x'],
  ['reads', 'gay magazines'],
  ['etnia', 'x'],
  ['politics', 'x'],
  ['member', 'trade union'],
  ['afiliació', 'sindicat'],
  ['expects', 'embarazada'],
])('%s: %s is never inferred', (key, value) => {
  expect(isSensitive(key, value)).toBe(true);
});

it.each([
  ['likes', 'green tea'],
  ['diet', 'vegan'],
  ['likes', 'healthy snacks'],
  ['juega', 'juegos de mesa'],
  ['likes', 'judías verdes'],
  ['likes', 'copas de cristal'],
  ['likes', 'comida casera'],
  ['pets', 'cat'],
])('%s: %s may be', (key, value) => {
  expect(isSensitive(key, value)).toBe(false);
});

describe('of a purchase the model is told', () => {
  const told = (products: unknown, store_name = 'Old Town') => plainPurchase({ id: 'x', store_name, products });

  it('the store and the names of products, each once', () => {
    const products = [
      { name: 'tea', price: 2.5, id: 'sku-1' },
      'bread',
      { product_name: 'milk' },
      { name: 'tea' },
      { nombre: 'pan' },
    ];
    expect(told(products)).toEqual({ store: 'Old Town', products: ['tea', 'bread', 'milk', 'pan'] });
    expect(told({ name: 'tea' })).toEqual({ store: 'Old Town', products: ['tea'] });
  });

  it('nothing that is no name', () => {
    const id = '0b6c8e0e-9d0f-4b0c-8d5d-2f0b4d9a7c11';
    const products = [
      null,
      7,
      true,
      [],
      ['x'],
      {},
      { sku: 'x' },
      id,
      '12345',
      `tea ${id}`,
      'ana@example.com',
      'ref 12345678',
      { name: 9 },
      ' ',
    ];
    expect(told(products, '12')).toEqual({ store: '', products: [] });
    expect(told(null)).toEqual({ store: 'Old Town', products: [] });
  });

  it('thirty products, cut to sixty characters', () => {
    const { products } = told(Array.from({ length: 40 }, (_, i) => `${'a'.repeat(70 + i)}`));
    expect(products).toEqual(['a'.repeat(60)]);
    expect(told(Array.from({ length: 40 }, (_, i) => `tea ${i}`)).products).toHaveLength(30);
  });
});
