import fc from 'fast-check';
import type { FilterSet } from '../filters';
import { parseRule, type Rule } from '../rules/rule';
import { SegmentQueryBuilder } from './segment-query.builder';

const builder = new SegmentQueryBuilder();
const SEGMENT = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';
/** The one segment there is to refer to has bought in the market. */
const tree = (rule: Rule) => parseRule(rule, () => ({ is_market_store: true }));
const AS_OF = '2026-11-22T10:00:00Z';

/** A statement's text on one line, and its values. */
const written = ({ text, values }: { text: string; values: unknown[] }) => [text.replace(/\s+/g, ' '), values];
const EVERYBODY = 'SELECT u.id AS user_id FROM users u WHERE u.is_active IS NOT FALSE';
const BUYERS = 'SELECT DISTINCT p.user_id FROM purchase_history p WHERE';

describe('the statement of one filter set', () => {
  it.each<[FilterSet, string, unknown[]]>([
    [{}, EVERYBODY, []],
    [
      { last_days: 90 },
      `${EVERYBODY} AND u.id IN (${BUYERS} (p.purchase_date >= $1::timestamptz - make_interval(hours => $2::int)) AND p.purchase_date <= $3::timestamptz)`,
      [AS_OF, 2160, AS_OF],
    ],
    [
      { stores_in: ['Old Town', "O'Hara"] },
      `${EVERYBODY} AND u.id IN (${BUYERS} (p.store_name = ANY($1::text[])) AND p.purchase_date <= $2::timestamptz)`,
      [['Old Town', "O'Hara"], AS_OF],
    ],
    [
      { is_market_store: false },
      `${EVERYBODY} AND u.id IN (${BUYERS} (p.is_market_store = $1::boolean) AND p.purchase_date <= $2::timestamptz)`,
      [false, AS_OF],
    ],
    [{ preferences_contains: { diet: 'vegan' } }, `${EVERYBODY} AND (u.preferences @> $1::jsonb)`, ['{"diet":"vegan"}']],
    [{ preferences_contains: {} }, `${EVERYBODY} AND (coalesce(u.preferences, '{}') @> '{}')`, []],
    [
      { min_num_purchases: 2 },
      `${EVERYBODY} AND u.id IN (SELECT p.user_id FROM purchase_history p WHERE p.purchase_date <= $1::timestamptz GROUP BY p.user_id HAVING (count(*) >= $2::bigint))`,
      [AS_OF, 2],
    ],
    [
      { min_total_spent: 99.5, last_days: 1 },
      `${EVERYBODY} AND u.id IN (SELECT p.user_id FROM purchase_history p WHERE (p.purchase_date >= $1::timestamptz - make_interval(hours => $2::int)) AND p.purchase_date <= $3::timestamptz GROUP BY p.user_id HAVING (coalesce(sum(p.total_amount::numeric), 0) >= $4::numeric AND coalesce(sum(p.total_amount::numeric), 0) <> 'NaN'::numeric))`,
      [AS_OF, 24, AS_OF, 99.5],
    ],
    [
      { min_num_purchases: 0 },
      `${EVERYBODY} AND NOT EXISTS (SELECT FROM (SELECT p.user_id FROM purchase_history p WHERE p.purchase_date <= $1::timestamptz GROUP BY p.user_id HAVING NOT ((count(*) >= $2::bigint))) others WHERE others.user_id = u.id)`,
      [AS_OF, 0],
    ],
  ])('%j', (set, text, values) => {
    expect(written(builder.audience([tree(set)], AS_OF))).toEqual([text, values]);
  });

  it('asks the database for the time where none is given', () => {
    expect(written(builder.audience([tree({ is_market_store: true })], undefined))).toEqual([
      `${EVERYBODY} AND u.id IN (${BUYERS} (p.is_market_store = $1::boolean) AND p.purchase_date <= now())`,
      [true],
    ]);
  });
});

describe('the statement of a tree', () => {
  const inMarket = '(p.is_market_store = $N::boolean) AND p.purchase_date <= $N::timestamptz';
  const MARKET = `${BUYERS} ${inMarket}`;
  const soFar = 'p.purchase_date <= $N::timestamptz';
  const TWICE = `SELECT p.user_id FROM purchase_history p WHERE ${soFar} GROUP BY p.user_id HAVING (count(*) >= $N::bigint)`;
  const VEGANS = `${EVERYBODY} AND (u.preferences @> $N::jsonb)`;
  const notIn = (select: string) => `NOT EXISTS (SELECT FROM (${select}) others WHERE others.user_id = u.id)`;
  /** What both questions ask of one group of purchases. */
  const EITHER =
    `((${inMarket}) OR (${soFar})) GROUP BY p.user_id ` +
    `HAVING ((count(*) FILTER (WHERE ${inMarket}) > 0) OR ((count(*) FILTER (WHERE ${soFar}) >= $N::bigint)))`;
  const vegan = { preferences_contains: { diet: 'vegan' } };
  const market = { is_market_store: true };
  const twice = { min_num_purchases: 2 };

  it.each<[Rule, string]>([
    [{ all: [market, twice] }, `${EVERYBODY} AND u.id IN (${MARKET}) AND u.id IN (${TWICE})`],
    [
      { all: [vegan, market, twice] }, // the customers first, and then only their purchases
      `SELECT p.user_id FROM purchase_history p WHERE p.user_id IN (${BUYERS} p.user_id IN (${VEGANS}) AND ${inMarket}) AND ${soFar} GROUP BY p.user_id HAVING (count(*) >= $N::bigint)`,
    ],
    [
      { any: [vegan, market] },
      `${EVERYBODY} AND u.id IN (${MARKET} UNION SELECT u.id AS user_id FROM users u WHERE (((u.preferences @> $N::jsonb))))`,
    ],
    [
      { any: [vegan, { not: vegan }] },
      `${EVERYBODY} AND (((u.preferences @> $N::jsonb)) OR (((u.preferences @> $N::jsonb)) IS NOT TRUE))`,
    ],
    [{ any: [market, twice] }, `${EVERYBODY} AND u.id IN (SELECT p.user_id FROM purchase_history p WHERE ${EITHER})`],
    [
      { all: [vegan, { any: [market, twice] }] },
      `SELECT p.user_id FROM purchase_history p WHERE p.user_id IN (${VEGANS}) AND ${EITHER}`,
    ],
    [{ not: vegan }, `${EVERYBODY} AND ((u.preferences @> $N::jsonb)) IS NOT TRUE`],
    [{ not: market }, `${EVERYBODY} AND ${notIn(MARKET)}`],
    [{ not: { not: market } }, `${EVERYBODY} AND u.id IN (${MARKET})`],
    [{ not: twice }, `${EVERYBODY} AND ${notIn(TWICE)}`],
    [{ not: { any: [market, twice] } }, `${EVERYBODY} AND ${notIn(MARKET)} AND ${notIn(TWICE)}`],
    [
      { not: { all: [market, twice] } },
      `${EVERYBODY} AND ${notIn(`SELECT u.id AS user_id FROM users u WHERE u.id IN (${MARKET}) AND u.id IN (${TWICE})`)}`,
    ],
    [
      { not: { min_num_purchases: 0 } },
      `${EVERYBODY} AND u.id IN (SELECT p.user_id FROM purchase_history p WHERE ${soFar} GROUP BY p.user_id HAVING NOT ((count(*) >= $N::bigint)))`,
    ],
    [{ not: {} }, `${EVERYBODY} AND (true) IS NOT TRUE`],
    [{ segment_id: SEGMENT }, `${EVERYBODY} AND u.id IN (${MARKET})`],
  ])('%j', (rule, text) => {
    const [written_] = written(builder.audience([tree(rule)], AS_OF));
    expect((written_ as string).replace(/\$\d+/g, '$N')).toBe(text);
  });
});

describe('the statement of several', () => {
  it('is their union, each customer once; that of none is nobody', () => {
    expect(written(builder.audience([tree({}), tree({})], AS_OF))).toEqual([`${EVERYBODY} AND ((true) OR (true))`, []]);
    expect(written(builder.audience([], AS_OF))).toEqual(['SELECT u.id AS user_id FROM users u WHERE false', []]);
  });

  it('cuts a page in each of them before it unites them', () => {
    const part = `(${EVERYBODY} AND u.id > $N::uuid ORDER BY user_id LIMIT $N::int)`;
    const [text, values] = written(builder.page([tree({}), tree({})], AS_OF, 10, 'ana'));
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
    builder.audience(sets.map(tree), asOf),
    builder.count(sets.map(tree), asOf),
    builder.page(sets.map(tree), asOf, 100, after),
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
