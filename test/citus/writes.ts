import type { Judge } from './judge';
import { from, readCtes, table } from './relations';
import { type Item, type Part, type Scope, scopeIn } from './scope';
import { as, conjuncts, type Fields, fieldsOf, list, nameOf, pathOf, type Tree, walk } from './syntax';

/** An INSERT, UPDATE or DELETE, by itself or in a WITH, of which the rest sees what it returns. */
export function write(judge: Judge, kind: string, query: Fields, outer?: Scope): Item {
  const scope = scopeIn(outer);
  readCtes(judge, query, scope);
  const target = query.relation as Fields;
  const changed = target.relname as string;
  const parts: Part[] = [];
  const column = judge.catalog.distributedBy.get(changed);
  if (kind === 'InsertStmt') insert(judge, query, changed, column, scope);
  else {
    table(judge, target, scope, parts);
    const joined: Tree[] = [];
    for (const one of list(query.fromClause ?? query.usingClause)) from(judge, one, scope, parts, joined);
    judge.conditions([...joined, ...conjuncts(query.whereClause)], scope, parts);
    judge.expressions(query.targetList, scope, parts);
    judge.localTables(query, scope, parts);
    if (column && list(query.targetList).some((one) => fieldsOf(one).name === column))
      judge.refuse(`changes ${changed}.${column}, by which it is distributed`);
    if (!column && parts.length > 0) judge.steps(`${changed} of the coordinator is changed by what shards say`);
    judge.finish({ parts, outputs: [], refersOut: false });
  }
  if (column) functionsIn(judge, kind, query, changed);
  else judge.calls({ returned: returnedBy(query), set: query.targetList }, []);
  judge.expressions(returnedBy(query), scope, []);
  const names = list(returnedBy(query)).flatMap((one) => {
    const { name, val } = fieldsOf(one);
    const path = as('ColumnRef', val) ? pathOf(as('ColumnRef', val)!) : [];
    return path.at(-1) === '*'
      ? [...(judge.catalog.columns.get(changed) ?? [])]
      : [(name as string | undefined) ?? path.at(-1) ?? ''];
  });
  return { columns: new Map(names.map((name) => [name, undefined])), recurs: true };
}

function insert(judge: Judge, query: Fields, table: string, column: string | undefined, scope: Scope): void {
  const source = as('SelectStmt', query.selectStmt);
  if (!source) return void judge.say({ where: 'coordinator', because: [] });
  const found = judge.select(source, scope);
  const at = list(query.cols).findIndex((one) => fieldsOf(one).name === column);
  if (!column) {
    if (found.parts.length > 0) judge.steps(`rows of shards are written to ${table} of the coordinator`);
    return judge.finish(found);
  }
  const values = list(source.valuesLists);
  if (values.length > 0) {
    if (found.parts.length > 0) judge.refuse('a subquery in the VALUES of an INSERT');
    judge.say({ where: values.length === 1 ? 'one shard' : 'all shards', because: [] });
    return;
  }
  const place = found.outputs[at]?.[1];
  if (!place || found.merge) judge.steps(`what is written to ${table} passes through the coordinator`);
  judge.finish(found);
  judge.say({ where: 'all shards', because: [] });
}

/** Each row that is changed must become the same on whichever node and whenever it is done. */
function functionsIn({ catalog, refuse }: Judge, kind: string, query: Fields, table: string): void {
  const onConflict = query.onConflictClause as Fields | undefined;
  const changes =
    kind === 'InsertStmt' ? [onConflict?.targetList, onConflict?.whereClause] : [query.targetList, query.whereClause];
  for (const name of callsIn(changes, catalog.volatile)) refuse(`${name}() in an UPDATE of ${table}`);
  for (const name of callsIn(returnedBy(query), catalog.mutable)) refuse(`${name}() in RETURNING of ${table}`);
  // an INSERT may set nothing on conflict but what is immutable; an UPDATE no function that is stable of a column, or in a CASE or COALESCE
  const stable = kind === 'InsertStmt' ? callsIn(changes, catalog.mutable) : stableOfColumns(changes, catalog.mutable);
  for (const name of stable) if (!catalog.volatile.has(name)) refuse(`${name}() in an UPDATE of ${table}`);
}

function callsIn(nodes: unknown, among: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  const visit = (kind: string, fields: Fields) => {
    if (kind === 'FuncCall' && among.has(nameOf(fields))) names.add(nameOf(fields));
  };
  walk(nodes, visit, (_, query) => walk(Object.values(query), visit, () => undefined));
  return [...names];
}

function stableOfColumns(nodes: unknown, mutable: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  const visit = (kind: string, fields: Fields) => {
    if (kind === 'CaseExpr' || kind === 'CoalesceExpr')
      for (const name of callsIn(Object.values(fields), mutable)) names.add(name);
    if (kind !== 'FuncCall' || !mutable.has(nameOf(fields))) return;
    walk(
      fields.args,
      (inner) => inner === 'ColumnRef' && names.add(nameOf(fields)),
      () => undefined,
    );
  };
  walk(nodes, visit, () => undefined);
  return [...names];
}

const returnedBy = (query: Fields): Tree[] => list((query.returningClause as Fields | undefined)?.exprs);
