import { escapeIdentifier } from 'pg';
import type { ProposedIndex } from './proposed-indexes';

/** What is made. A key is a column, or an expression. */
export type IndexForm = Pick<ProposedIndex, 'method' | 'keys' | 'include' | 'opclass'>;

/** A table as an index is made on it; a partitioned one with its partitions, parents first. */
export interface IndexedTable {
  schema: string;
  name: string;
  partitions: Partition[];
}

export interface Partition {
  schema: string;
  name: string;
  parent: { schema: string; name: string };
  /** Has rows of its own; not partitioned further. */
  leaf: boolean;
}

/** PostgreSQL cuts a longer name without a word. */
const MAX_NAME_BYTES = 63;

/**
 * The statements that make the index without stopping writers, one after the other, none inside a transaction. A partitioned table has no
 * CONCURRENTLY: there the index is made on the empty parent, on each partition by itself, and put together.
 * @param taken names of the relations of the schema; a name among them is passed over, since IF NOT EXISTS would then make nothing.
 */
export function createStatements(table: IndexedTable, index: IndexForm, taken: ReadonlySet<string>): string[] {
  const used = new Set(taken);
  const nameOn = (relation: string) => freeName(relation, index, used);
  const onTable = nameOn(table.name);
  if (table.partitions.length === 0) return [createIndex(table, onTable, index, { concurrently: true })];

  const names = new Map([[qualified(table), onTable]]);
  const statements = [createIndex(table, onTable, index, { only: true })];
  for (const partition of table.partitions) {
    const name = nameOn(partition.name);
    names.set(qualified(partition), name);
    const parent = { schema: partition.parent.schema, name: names.get(qualified(partition.parent))! };
    const how = partition.leaf ? { concurrently: true } : { only: true };
    statements.push(
      createIndex(partition, name, index, how),
      `ALTER INDEX ${qualified(parent)} ATTACH PARTITION ${qualified({ schema: partition.schema, name })};`,
    );
  }
  return statements;
}

/** One statement. The names of columns are ours, and need no quotes. */
export function createIndex(
  table: { schema: string; name: string },
  name: string,
  { method, keys, include, opclass }: IndexForm,
  how: { concurrently?: boolean; only?: boolean } = {},
): string {
  const create = `CREATE INDEX ${how.concurrently ? 'CONCURRENTLY ' : ''}IF NOT EXISTS ${escapeIdentifier(name)}`;
  const using = method === 'btree' ? '' : `USING ${method} `;
  const columns = keys.map((key) => `${key} ${opclass}`.trimEnd()).join(', ');
  const carrying = include.length > 0 ? ` INCLUDE (${include.join(', ')})` : '';
  return `${create} ON ${how.only ? 'ONLY ' : ''}${qualified(table)} ${using}(${columns})${carrying};`;
}

export const qualified = ({ schema, name }: { schema: string; name: string }): string =>
  `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;

function freeName(relation: string, { keys, include }: IndexForm, used: Set<string>): string {
  const columns = keys.join('_').replace(/\W+/g, '_').replace(/_$/, ''); // a key may be an expression
  const suffix = `_${columns}${include.length > 0 ? '_covering' : ''}`;
  for (let attempt = 1; ; attempt++) {
    const end = attempt === 1 ? suffix : `${suffix}_${attempt}`;
    const name = `${cut(relation, MAX_NAME_BYTES - Buffer.byteLength(end))}${end}`;
    if (used.has(name)) continue;
    used.add(name);
    return name;
  }
}

/** At most so many bytes, and no half character. */
function cut(text: string, bytes: number): string {
  let kept = text;
  while (Buffer.byteLength(kept) > bytes) kept = [...kept].slice(0, -1).join('');
  return kept;
}
