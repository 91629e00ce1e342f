import fc from 'fast-check';
import type { FilterSet } from './filters';
import { SegmentQueryBuilder } from './segment-query.builder';

const builder = new SegmentQueryBuilder();
const AS_OF = '2026-11-22T10:00:00Z';

/** A statement's text on one line, and its values. */
const written = ({ text, values }: { text: string; values: unknown[] }) => [text.replace(/\s+/g, ' '), values];
const EVERYBODY = 'SELECT u.id AS user_id FROM users u WHERE u.is_active IS NOT FALSE';
const BOUGHT = 'SELECT FROM purchase_history p WHERE p.user_id = u.id';

describe('the statement of one filter set', () => {
  it.each<[FilterSet, string, unknown[]]>([
    [{}, EVERYBODY, []],
    [
      { last_days: 90 },
      `${EVERYBODY} AND EXISTS (${BOUGHT} AND p.purchase_date >= $1::timestamptz - make_interval(hours => $2::int) AND p.purchase_date <= $3::timestamptz)`,
      [AS_OF, 2160, AS_OF],
    ],
    [
      { stores_in: ['Old Town', "O'Hara"] },
      `${EVERYBODY} AND EXISTS (${BOUGHT} AND p.store_name = ANY($1::text[]) AND p.purchase_date <= $2::timestamptz)`,
      [['Old Town', "O'Hara"], AS_OF],
    ],
    [
      { is_market_store: false },
      `${EVERYBODY} AND EXISTS (${BOUGHT} AND p.is_market_store = $1::boolean AND p.purchase_date <= $2::timestamptz)`,
      [false, AS_OF],
    ],
    [{ preferences_contains: { diet: 'vegan' } }, `${EVERYBODY} AND u.preferences @> $1::jsonb`, ['{"diet":"vegan"}']],
    [{ preferences_contains: {} }, `${EVERYBODY} AND coalesce(u.preferences, '{}') @> '{}'`, []],
    [
      { min_num_purchases: 2 },
      `${EVERYBODY} AND u.id IN (SELECT p.user_id FROM purchase_history p WHERE p.purchase_date <= $1::timestamptz GROUP BY p.user_id HAVING count(*) >= $2::bigint)`,
      [AS_OF, 2],
    ],
    [
      { min_total_spent: 99.5, last_days: 1 },
      `${EVERYBODY} AND u.id IN (SELECT p.user_id FROM purchase_history p WHERE p.purchase_date >= $1::timestamptz - make_interval(hours => $2::int) AND p.purchase_date <= $3::timestamptz GROUP BY p.user_id HAVING coalesce(sum(p.total_amount::numeric), 0) BETWEEN $4::numeric AND 'Infinity'::numeric)`,
      [AS_OF, 24, AS_OF, 99.5],
    ],
    [
      { min_num_purchases: 0 },
      `${EVERYBODY} AND NOT EXISTS (SELECT FROM (SELECT p.user_id FROM purchase_history p WHERE p.purchase_date <= $1::timestamptz GROUP BY p.user_id HAVING NOT (count(*) >= $2::bigint)) failing WHERE failing.user_id = u.id)`,
      [AS_OF, 0],
    ],
  ])('%j', (set, text, values) => {
    expect(written(builder.audience([set], AS_OF))).toEqual([text, values]);
  });

  it('asks the database for the time where none is given', () => {
    expect(written(builder.audience([{ is_market_store: true }], undefined))).toEqual([
      `${EVERYBODY} AND EXISTS (${BOUGHT} AND p.is_market_store = $1::boolean AND p.purchase_date <= now())`,
      [true],
    ]);
  });
});

describe('the statement of several', () => {
  it('is their union, each customer once; that of none is nobody', () => {
    expect(written(builder.audience([{}, {}], AS_OF))).toEqual([`${EVERYBODY} UNION ${EVERYBODY}`, []]);
    expect(written(builder.audience([], AS_OF))).toEqual(['SELECT u.id AS user_id FROM users u WHERE false', []]);
  });

  it('cuts a page in each of them before it unites them', () => {
    const part = `(${EVERYBODY} AND u.id > $N::uuid ORDER BY user_id LIMIT $N::int)`;
    const [text, values] = written(builder.page([{}, {}], AS_OF, 10, 'ana'));
    expect((text as string).replace(/\$\d+/g, '$N')).toBe(
      `SELECT user_id FROM ( ${part} UNION ${part} ) pages ORDER BY user_id LIMIT $N::int`,
    );
    expect(values).toEqual(['ana', 10, 'ana', 10, 10]);
  });
});

describe('no value ever stands in the text', () => {
  const text = fc.string({ minLength: 1, unit: 'binary' });
  const filterSet: fc.Arbitrary<FilterSet> = fc.record(
    {
      last_days: fc.integer({ min: 1, max: 3650 }),
      stores_in: fc.array(text, { minLength: 1, maxLength: 5 }),
      is_market_store: fc.boolean(),
      min_total_spent: fc.double({ min: 0, max: 9_999_999_999.99, noNaN: true }),
      min_num_purchases: fc.nat(1_000_000),
      preferences_contains: fc.dictionary(text, fc.jsonValue() as fc.Arbitrary<unknown>),
    },
    { requiredKeys: [] },
  );
  const statements = (sets: FilterSet[], asOf: string | undefined, after: string | undefined) => [
    builder.audience(sets, asOf),
    builder.count(sets, asOf),
    builder.page(sets, asOf, 100, after),
  ];

  /** The same filters with other values; only what changes the question itself stays: totals of nothing, preferences of nothing. */
  const otherValues = (set: FilterSet): FilterSet => ({
    ...(set.last_days !== undefined && { last_days: 7 }),
    ...(set.stores_in && { stores_in: ['a'] }),
    ...(set.is_market_store !== undefined && { is_market_store: true }),
    ...(set.min_total_spent !== undefined && { min_total_spent: set.min_total_spent > 0 ? 7 : 0 }),
    ...(set.min_num_purchases !== undefined && { min_num_purchases: set.min_num_purchases > 0 ? 7 : 0 }),
    ...(set.preferences_contains && {
      preferences_contains: Object.keys(set.preferences_contains).length > 0 ? { a: 1 } : {},
    }),
  });

  it('so that the text is the same for all values', () => {
    fc.assert(
      fc.property(fc.array(filterSet, { maxLength: 4 }), fc.option(text, { nil: undefined }), text, (sets, asOf, after) => {
        const of = (...args: Parameters<typeof statements>) => statements(...args).map((statement) => statement.text);
        expect(of(sets, asOf, after)).toEqual(of(sets.map(otherValues), asOf && 'x', 'x'));
      }),
    );
  });

  it('and every value has its parameter, of which there are never more than PostgreSQL takes', () => {
    fc.assert(
      fc.property(fc.array(filterSet, { maxLength: 50 }), (sets) => {
        for (const { text, values } of statements(sets, AS_OF, 'ana')) {
          const used = [...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
          expect(used).toEqual(values.map((_, i) => i + 1));
          expect(values.length).toBeLessThan(65_535);
        }
      }),
      { numRuns: 30 },
    );
  });
});
