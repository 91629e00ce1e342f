import { DataSource } from 'typeorm';
import { raw, rows, sql } from '../src/common/sql';
import { loadConfig } from '../src/config/config';
import { databaseOptions } from '../src/database/options';
import type { FilterSet } from '../src/segments/filters';
import { rfm } from '../src/segments/filters/rfm.filter';
import { parseRule } from '../src/segments/rules/rule';
import { SegmentQueryBuilder } from '../src/segments/queries/segment-query.builder';
import { type FreshDatabase, freshDatabase } from './support/database';
import { makers, type PurchaseFacts } from './support/make';

const AS_OF = '2026-03-29T12:00:00Z';
const builder = new SegmentQueryBuilder();
let db: FreshDatabase;
let database: DataSource;
let make: ReturnType<typeof makers>;

beforeEach(async () => {
  db = await freshDatabase();
  database = await new DataSource(databaseOptions(db.url, loadConfig({}))).initialize();
  make = makers(db, undefined as never);
});
afterEach(async () => {
  await database.destroy();
  await db.drop();
});

/** Whether the one customer there is belongs to each of these sets. */
async function belongsTo(...sets: FilterSet[]): Promise<boolean[]> {
  const found = sets.map((set) => rows(database, builder.audience([parseRule(set, () => ({}))], AS_OF)));
  return (await Promise.all(found)).map(({ length }) => length === 1);
}
const spending = (...amounts: (number | string)[]) =>
  make.customer({}, ...amounts.map((total_amount) => ({ purchase_date: '2026-03-01T00:00:00Z', total_amount })));

/** A column such as others have, where ours would refuse the amount. */
const amountsAre = (type: string) =>
  rows(
    database,
    sql`ALTER TABLE purchase_history DROP CONSTRAINT total_amount_is_a_number, ALTER total_amount TYPE ${raw(type)}`,
  );

describe('no rounding decides', () => {
  it.each<[type: string, amounts: (number | string)[]]>([
    ['double precision', [20, '-1e-30']],
    ['numeric', [20, '-1e-30']],
    ['numeric', [10, 10, `9.${'9'.repeat(40)}`]],
  ])('an average a hair below 10, of %s %j', async (type, amounts) => {
    await amountsAre(type);
    await spending(...amounts);

    expect(await belongsTo({ min_average_spent: 9.99 }, { min_average_spent: 10 })).toEqual([true, false]);
  });

  it('a sum of floats that are no sum of decimals', async () => {
    await amountsAre('double precision');
    await spending(0.1, 0.2);

    expect(
      await belongsTo(
        { min_total_spent: 0.3, max_total_spent: 0.3 },
        { max_total_spent: 0.29 },
        { min_average_spent: 0.15 },
      ),
    ).toEqual([true, false, true]);
  });
});

it.each([
  ['NaN', [false, false, false]],
  ['-Infinity', [false, false, false]],
  ['Infinity', [true, false, true]],
])('an amount of %s', async (amount, expected) => {
  await amountsAre('numeric');
  await spending(amount, 10);

  expect(await belongsTo({ min_total_spent: 0 }, { max_total_spent: 1e9 }, { min_average_spent: 0 })).toEqual(expected);
});

it('columns that are enums are asked like texts', async () => {
  await make.customer({ role: 'vendor' }, { purchase_date: '2026-03-01T00:00:00Z', ticket_type: 'online' });
  await db.query(`
    CREATE TYPE one_of AS ENUM ('vendor', 'online');
    ALTER TABLE users ALTER role DROP DEFAULT, ALTER role TYPE one_of USING role::one_of;
    ALTER TABLE purchase_history ALTER ticket_type TYPE one_of USING ticket_type::one_of;`);

  expect(
    await belongsTo({ roles_in: ['vendor', 'nobody'] }, { roles_in: ['nobody'] }, { ticket_types_in: ['online'] }),
  ).toEqual([true, false, true]);
});

describe('rfm', () => {
  const at = (purchase_date: string, total_amount = 10): PurchaseFacts => ({ purchase_date, total_amount });
  const scored = async (value: Parameters<typeof rfm.sql>[0]) =>
    rows<{ user_id: string; holds: boolean; actual: object }>(
      database,
      sql`SELECT * FROM (${rfm.sql(value, sql`${AS_OF}::timestamptz`)}) scored ORDER BY (actual->>'monetary')::numeric`,
    );

  it('scores those who bought in the window, equal ones alike', async () => {
    for (const amount of [1, 2, 2, 2, 5]) await make.customer({}, at('2026-03-28T12:00:00Z', amount));
    await make.customer({}, at('2025-03-28T12:00:00Z', 1000)); // before the window
    await make.customer({}, at('2026-03-30T12:00:00Z', 1000)); // after as_of
    await make.customer({ is_active: false }, at('2026-03-28T12:00:00Z', 1000));

    const found = await scored({ window_days: 365, monetary: [2, 5] });

    // a fifth of five is one: the cut points are 1, 2, 2 and 2
    expect(found.map(({ holds, actual }) => [holds, actual])).toEqual(
      [
        [false, 1, 1],
        [true, 2, 2],
        [true, 2, 2],
        [true, 2, 2],
        [true, 5, 5],
      ].map(([holds, monetary, score]) => [holds, { recency_days: 1, frequency: 1, monetary, scores: { monetary: score } }]),
    );
  });

  it('takes the ends of the window, and cut points as they are given', async () => {
    await make.customer({}, at('2026-03-22T12:00:00Z'), at('2026-03-27T12:00:00Z'));
    await make.customer({}, at('2026-03-22T11:59:59.999999Z', 500));

    const found = await scored({
      window_days: 7,
      recency: [4, 4],
      frequency: [2, 2],
      cut_points: { recency_days: [1.5, 2, 3, 4], frequency: [1, 2, 3, 4] },
    });

    expect(found).toEqual([
      {
        user_id: expect.any(String),
        holds: true,
        actual: { recency_days: 2, frequency: 2, monetary: 20, scores: { recency: 4, frequency: 2 } },
      },
    ]);
  });

  it('gives an amount that is no number no score', async () => {
    await amountsAre('numeric');
    await spending('NaN');

    expect(
      await belongsTo({ rfm: { window_days: 365, monetary: [1, 5] } }, { rfm: { window_days: 365, recency: [1, 5] } }),
    ).toEqual([false, true]);
  });
});
