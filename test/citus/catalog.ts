import { parsePlPgSQLSync, parseSync } from 'libpg-query';
import { raw, sql, type Sql } from '../../src/common/sql';
import { distribution } from '../../src/database/citus/distribution';
import type { FreshDatabase } from '../support/database';
import { judge } from './rules';
import { type Tree } from './syntax';
import { type Catalog, type Verdict, worst } from './verdict';

interface FunctionRow {
  name: string;
  definition: string;
  body: string;
  language: string;
}

/** The statement of a text; of several, all must be looked at. */
export const statementsOf = (text: string): Tree[] =>
  (parseSync(text) as unknown as { stmts?: { stmt: Tree }[] }).stmts?.map(({ stmt }) => stmt) ?? [];

/** What the rules have to know of the migrated schema, its functions judged. */
export async function readCatalog(db: FreshDatabase): Promise<Catalog> {
  const columns = await db.query<{ table: string; columns: string[] }>(
    `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace IN ('crm'::regnamespace, 'public'::regnamespace) AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.relname`,
  );
  const named = async (where: Sql) => {
    const found = await db.query<{ name: string }>(sql`SELECT DISTINCT proname AS name FROM pg_proc WHERE ${where}`.text);
    return new Set(found.map(({ name }) => name));
  };
  const catalog: Catalog = {
    columns: new Map(columns.map(({ table, columns }) => [table, new Set(columns)])),
    distributedBy: new Map(distribution.flatMap((one) => (one.lies === 'customer' ? [[one.table, one.column]] : []))),
    volatile: await named(sql`provolatile = 'v' AND proname NOT IN (SELECT proname FROM pg_proc WHERE provolatile <> 'v')`),
    mutable: await named(sql`provolatile <> 'i' AND proname NOT IN (SELECT proname FROM pg_proc WHERE provolatile = 'i')`),
    aggregates: await named(sql`prokind = 'a'`),
    ours: new Map(),
  };
  const functions = await db.query<FunctionRow>(
    `SELECT p.proname AS name, pg_get_functiondef(p.oid) AS definition, p.prosrc AS body, l.lanname AS language
     FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'crm'::regnamespace AND p.provolatile <> 'i' ORDER BY p.proname`,
  );
  // they call each other: again, until nothing becomes worse
  for (let before = ''; before !== JSON.stringify([...catalog.ours]);) {
    before = JSON.stringify([...catalog.ours]);
    for (const one of functions) catalog.ours.set(one.name, judgeFunction(one, catalog));
  }
  return catalog;
}

function judgeFunction(one: FunctionRow, catalog: Catalog): Verdict {
  const texts = one.language === 'plpgsql' ? expressionsOf(parsePlPgSQLSync(one.definition)) : [one.body];
  return worst(...texts.flatMap(statementsOf).map((statement) => judge(statement, catalog)));
}

/** Every statement and expression of a function, as a statement. */
function expressionsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(expressionsOf);
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'PLpgSQL_expr') return expressionsOf(value);
    const { query, parseMode } = value as { query: string; parseMode: number };
    // 0 is a statement, 2 an expression, above that an assignment
    if (parseMode === 0) return [query];
    return [sql`SELECT ${raw(parseMode > 2 ? query.slice(query.indexOf(':=') + 2) : query)}`.text];
  });
}
