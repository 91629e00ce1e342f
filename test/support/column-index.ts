import type { Config } from '../../src/config/config';
import { loadConfig } from '../../src/config/config';
import { ColumnIndex } from '../../src/segments/column-index/column-index';
import { parseRule, type Rule } from '../../src/segments/rules/rule';
import { SegmentQueryBuilder } from '../../src/segments/queries/segment-query.builder';
import type { FreshDatabase } from './database';
import type { Segments } from './random-rules';

/** A column index of this database, started. It wants one purchase, unless told otherwise. */
export function startIndex(db: FreshDatabase, overrides: Partial<Config> = {}): ColumnIndex {
  const index = new ColumnIndex({
    ...loadConfig({}),
    DATABASE_URL: db.url,
    COLUMN_INDEX_FROM_PURCHASES: 1,
    ...overrides,
  });
  index.onApplicationBootstrap();
  return index;
}

/** What PostgreSQL counts. */
export async function inPostgres(db: FreshDatabase, rule: Rule, asOf: string, segments: Segments = {}): Promise<number> {
  const { text, values } = new SegmentQueryBuilder().count([parseRule(rule, (id) => segments[id])], asOf);
  const [{ total }] = await db.query<{ total: string }>(text, values);
  return Number(total);
}
