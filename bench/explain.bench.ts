/*
 * What it costs to say why one customer is in a segment, or not: a rule of five filter sets, beside the least that any answer needs, one
 * sum over the customer's purchases. Customers drawn at random, and those with most purchases.
 */
import type { Client } from 'pg';
import { type Sql, sql } from '../src/common/sql';
import { explainQuery } from '../src/segments/queries/explain-query';
import { parseRule } from '../src/segments/rules/rule';
import { keep, median } from './measure';
import { AS_OF } from './seed';
import { openSeeded } from './seeded-database';

const LABEL = process.argv[2] ?? '1m/10m';
const CUSTOMERS = 500;

const rule = parseRule(
  {
    all: [
      { any: [{ last_days: 90, min_total_spent: 500 }, { preferences_contains: { diet: 'vegan' } }] },
      { min_total_spent: 1000 },
      { not: { last_days: 7 } },
      { last_days: 365, stores_in: ['Store 03'], min_num_purchases: 2 },
    ],
  },
  () => ({}),
);

async function ms(client: Client, { text, values }: Sql): Promise<number> {
  const began = performance.now();
  await client.query(text, values);
  return performance.now() - began;
}

async function timesOf(client: Client, ids: string[]) {
  const explain: number[] = [];
  const least: number[] = [];
  for (const id of ids) {
    least.push(
      await ms(client, sql`SELECT count(*), sum(p.total_amount) FROM purchase_history p WHERE p.user_id = ${id}::uuid`),
    );
    explain.push(await ms(client, explainQuery(rule, id, AS_OF)));
  }
  const of = (times: number[]) => ({
    p50: Number(median(times).toFixed(2)),
    p99: Number(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)].toFixed(2)),
  });
  return { customers: ids.length, explain_ms: of(explain), one_sum_ms: of(least) };
}

async function main(): Promise<void> {
  const database = await openSeeded(LABEL);
  try {
    const client = await database.connect();
    const ids = async (statement: Sql) =>
      (await client.query<{ id: string }>(statement.text, statement.values)).rows.map((row) => row.id);
    const some = await ids(sql`SELECT id FROM users TABLESAMPLE SYSTEM (1) REPEATABLE (7) LIMIT ${CUSTOMERS}::int`);
    const busiest = await ids(sql`
      SELECT p.user_id AS id FROM purchase_history p TABLESAMPLE SYSTEM (1) REPEATABLE (7) GROUP BY 1 ORDER BY count(*) DESC LIMIT 50`);
    const figures = { some: await timesOf(client, some), busiest: await timesOf(client, busiest) };
    console.log(JSON.stringify(figures, null, 2));
    await client.end();
    keep(`explain-${LABEL.replace('/', '-')}`, { data: LABEL, goal: 'explain <= 20 ms', ...figures });
  } finally {
    await database.close();
  }
}

void main();
