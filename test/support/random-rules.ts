import fc from 'fast-check';
import { instantOf } from '../../src/common/instant';
import type { FilterSet } from '../../src/segments/filters';
import type { Rule } from '../../src/segments/rules/rule';
import { AS_OF, inferred, moment, preferences, products, ROLES, STORES, TICKET_TYPES, WINDOWS } from './random-facts';

/** Saved segments that rules may refer to, by id; a segment refers to those before it. */
export type Segments = Readonly<Record<string, Rule>>;

/** Values for every filter, chosen so that customers of random-facts fall on both sides and exactly on the line. */
export type Values = { [K in keyof Required<FilterSet>]: fc.Arbitrary<NonNullable<FilterSet[K]>> };

/** @param ids the customers there are */
export function filterValues(ids: string[]): Values {
  const days = fc.constantFrom(...WINDOWS);
  const amount = fc.constantFrom(0, 0.01, 3.33, 3.34, 5, 9.99, 10, 10.01, 20, 30, 100.1, 1000);
  const count = fc.constantFrom(0, 1, 2, 3, 5);
  return {
    last_days: days,
    purchased_from: instant,
    purchased_to: instant,
    stores_in: fc.subarray(STORES.filter(Boolean), { minLength: 1 }),
    is_market_store: fc.boolean(),
    ticket_types_in: fc.subarray(TICKET_TYPES, { minLength: 1 }),
    products_contain: fc.oneof(products, fc.constantFrom<Record<string, unknown>>({ name: 'tea' }, { price: 1 })),
    min_total_spent: amount,
    max_total_spent: amount,
    min_num_purchases: count,
    max_num_purchases: count,
    min_average_spent: amount,
    first_purchase_within_days: days,
    not_purchased_for_days: days,
    preferences_contains: preferences,
    inferred_preferences_contain: fc.oneof(inferred, preferences),
    registered_within_days: days,
    roles_in: fc.subarray([...ROLES, 'nobody'], { minLength: 1 }),
    user_ids_in: fc
      .array(fc.constantFrom(...ids), { minLength: 1, maxLength: 300 })
      .map((some) => some.map((id, i) => (i % 3 === 0 ? id.toUpperCase() : id))),
    rfm,
  };
}

/** The ends of windows and the microseconds beside them, and the same instant as another zone writes it. */
const instant = fc
  .tuple(
    moment.map((at) => Math.min(at, AS_OF + 1)),
    fc.constantFrom(0, 2, -5),
  )
  .map(([at, hours]) => {
    if (hours === 0) return instantOf(at);
    const zone = `${hours < 0 ? '-' : '+'}0${Math.abs(hours)}:00`;
    return instantOf(at + hours * 3_600_000_000).replace('Z', zone);
  });

const scores: fc.Arbitrary<number[]> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .map((ends) => ends.sort());
const rfm = fc
  .record(
    {
      window_days: fc.constantFrom(30, 365, 3650),
      recency: scores,
      frequency: scores,
      monetary: scores,
      cut_points: fc.record(
        {
          recency_days: fc.constant<number[]>([0.5, 2, 31, 365]),
          frequency: fc.constantFrom<number[]>([0, 1, 2, 3], [1, 2, 4, 6]),
          monetary: fc.constantFrom<number[]>([-0.01, 0, 10, 20.02], [5, 10, 20, 100.1]),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['window_days'] },
  )
  .filter(({ recency, frequency, monetary }) => (recency ?? frequency ?? monetary) !== undefined);

/** A filter set of a few filters; of many, nobody would ever fulfil all. */
const randomFilterSet = (values: Values): fc.Arbitrary<FilterSet> =>
  fc
    .subarray(Object.keys(values) as (keyof FilterSet)[], { maxLength: 4 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, values[key]])))) as fc.Arbitrary<FilterSet>;

/** Trees of up to five levels, with references to `segments`. */
export function randomRule(values: Values, segments: Segments = {}): fc.Arbitrary<Rule> {
  const ids = Object.keys(segments);
  const reference = ids.length > 0 ? [fc.record({ segment_id: fc.constantFrom(...ids) })] : [];
  return fc.letrec<{ rule: Rule; parts: Rule[] }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      randomFilterSet(values),
      fc.record({ all: tie('parts') }),
      fc.record({ any: tie('parts') }),
      fc.record({ not: tie('rule') }),
      ...reference,
    ),
    parts: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }),
  })).rule;
}

/** Saved segments; each may refer to those before it. */
export function randomSegments(values: Values, seed: number): Segments {
  const segments: Record<string, Rule> = {};
  for (let i = 0; i < 6; i++) {
    const [rule] = fc.sample(randomRule(values, { ...segments }), { numRuns: 1, seed: seed + i });
    segments[`5e900000-0000-4000-8000-00000000000${i}`] = rule;
  }
  return segments;
}
