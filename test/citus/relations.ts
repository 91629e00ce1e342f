import type { Judge } from './judge';
import { allFixed, type Cte, inner, type Part, type Place, type Scope, unite } from './scope';
import { aliasOf, as, conjuncts, type Fields, fieldsOf, kindOf, list, nameOf, textOf, type Tree } from './syntax';

/** What WITH names. What writes is read at once, and seen as rows that are given. */
export function readCtes(judge: Judge, query: Fields, scope: Scope): void {
  const clause = query.withClause as Fields | undefined;
  for (const one of list(clause?.ctes)) {
    const { ctename, ctequery, ctematerialized } = fieldsOf(one);
    const name = ctename as string;
    const kind = kindOf(ctequery);
    if (kind !== 'SelectStmt') {
      const outputs = judge.write(judge, kind, fieldsOf(ctequery), scope);
      scope.ctes.set(name, { query: {}, uses: 0, isKept: true, answer: outputs });
      continue;
    }
    scope.ctes.set(name, {
      query: fieldsOf(ctequery),
      uses: 0,
      isKept: ctematerialized === 'CTEMaterializeAlways' || Boolean(clause?.recursive),
    });
  }
  // one that is named once is put in its place, one that is named more often is asked first
  const text = JSON.stringify(query);
  for (const [name, cte] of scope.ctes) cte.uses = text.split(`"relname":"${name}"`).length - 1;
}

export function cteOf(name: string, scope: Scope | undefined): [Cte, Scope] | undefined {
  for (let at = scope; at; at = at.outer) {
    const found = at.ctes.get(name);
    if (found) return [found, at];
  }
  return undefined;
}

/** What FROM names: parts of the query, and what can be looked up in its scope; `joined` gets the conditions of joins. */
export function from(judge: Judge, node: Tree, scope: Scope, parts: Part[], joined: Tree[]): void {
  const fields = fieldsOf(node);
  switch (kindOf(node)) {
    case 'RangeVar':
      return table(judge, fields, scope, parts);
    case 'RangeSubselect': {
      const found = judge.select(fieldsOf(fields.subquery), fields.lateral ? scope : inner(scope));
      if (!fields.lateral) scope.refersOut ||= found.refersOut;
      scope.items.set(aliasOf(fields) ?? '', judge.subquery(found, scope, parts, fields.alias as Fields, 'from'));
      return;
    }
    case 'JoinExpr': {
      const [before, isOuter] = [parts.length, fields.jointype !== 'JOIN_INNER'];
      from(judge, fields.larg as Tree, scope, parts, joined);
      const between = parts.length;
      from(judge, fields.rarg as Tree, scope, parts, joined);
      if (isOuter && before === between && parts.length > between && !allFixed(parts))
        judge.steps('an outer join whose outer side is on the coordinator');
      joined.push(...conjuncts(fields.quals));
      for (const column of list(fields.usingClause)) uniteUsing(textOf(column), scope);
      return;
    }
    default: {
      const names = list((fields.alias as Fields | undefined)?.colnames).map(textOf);
      const alias =
        aliasOf(fields) ?? (as('FuncCall', firstFunction(fields)) ? nameOf(as('FuncCall', firstFunction(fields))!) : '');
      scope.items.set(alias, {
        columns: names.length > 0 ? new Map(names.map((name) => [name, undefined])) : undefined,
        recurs: true,
      });
      judge.expressions(fields, scope, parts);
    }
  }
}

export function table(judge: Judge, fields: Fields, scope: Scope, parts: Part[]): void {
  const table = fields.relname as string;
  const alias = aliasOf(fields) ?? table;
  const named = cteOf(table, scope);
  if (named) {
    const [cte, at] = named;
    if (cte.isKept || cte.uses > 1) {
      if (!cte.answer) {
        cte.answer = { columns: undefined, recurs: true }; // a recursive one names itself
        const answer = judge.select(cte.query, at);
        cte.answer = { columns: new Map(answer.outputs.map(([name]) => [name, undefined])), recurs: true };
        if (answer.parts.length > 0) judge.steps('a WITH query is asked first');
        judge.finish(answer);
      }
      scope.items.set(alias, cte.answer);
      return;
    }
    const found = judge.select(cte.query, inner(at));
    scope.refersOut ||= found.refersOut;
    scope.items.set(alias, judge.subquery(found, scope, parts, undefined, 'from'));
    return;
  }
  const column = judge.catalog.distributedBy.get(table);
  const names = judge.catalog.columns.get(table);
  if (!column) {
    scope.items.set(alias, { columns: names && new Map([...names].map((name) => [name, undefined])), recurs: true });
    return;
  }
  const place: Place = { table };
  parts.push({ places: [place], isTable: true, refersOut: false });
  scope.items.set(alias, {
    columns: new Map([...names!].map((name) => [name, name === column ? place : undefined])),
    recurs: false,
  });
}

const firstFunction = (fields: Fields): unknown => {
  const items = list(fields.functions).map((one) => list(fieldsOf(one).items ?? one));
  return items[0]?.[0];
};

function uniteUsing(column: string, scope: Scope): void {
  const found = [...scope.items.values()].flatMap(({ columns }) => columns?.get(column) ?? []);
  found.slice(1).forEach((place) => unite(found[0], place));
}
