import { mergeOf } from './merge';
import { cteOf, from, readCtes } from './relations';
import {
  allFixed,
  type Found,
  isGiven,
  isSame,
  type Item,
  lookUp,
  outerPlaces,
  outputsOf,
  type Part,
  type Place,
  placeOf,
  root,
  type Scope,
  scopeIn,
  tables,
  unite,
} from './scope';
import {
  as,
  conjuncts,
  type Fields,
  fieldsOf,
  kindOf,
  list,
  nameOf,
  pathOf,
  sayingOf,
  textOf,
  type Tree,
  walk,
} from './syntax';
import { type Catalog, type Verdict, worst } from './verdict';

/** Reads an INSERT, UPDATE or DELETE, and gives what it returns. */
type Writer = (judge: Judge, kind: string, query: Fields, outer?: Scope) => Item;

/** Goes through one statement. What writes is read by `write`. */
export class Judge {
  private readonly verdicts: Verdict[] = [];

  constructor(
    readonly catalog: Catalog,
    readonly write: Writer,
  ) {}

  statement(tree: Tree): Verdict {
    const into = as('CreateTableAsStmt', tree);
    if (into) return this.statement(into.query as Tree);
    const kind = kindOf(tree);
    if (kind === 'SelectStmt') this.finish(this.select(fieldsOf(tree)));
    else if (/^(Insert|Update|Delete)Stmt$/.test(kind)) this.write(this, kind, fieldsOf(tree));
    return worst(...this.verdicts);
  }

  readonly say = (verdict: Verdict): void => void this.verdicts.push(verdict);
  readonly steps = (because: string): void => this.say({ where: 'in steps', because: [because] });
  readonly refuse = (because: string): void => this.say({ where: 'not possible', because: [because] });

  /** A query that is planned by itself: all of its parts must lie together, or be asked one after the other. */
  finish({ parts }: Found): void {
    const anchor = (parts.find(({ isTable }) => isTable) ?? parts[0])?.places[0];
    const together: Place[] = [];
    for (const part of parts) {
      const apart = part.places.some((place) => !isSame(place, anchor));
      if (!apart) together.push(...part.places);
      else if (part.isTable) this.refuse(`${tables(part.places)} is joined, but not by customer`);
      else if (part.refersOut)
        this.refuse(`a subquery on ${tables(part.places)} refers to the query around it, but not by customer`);
      else {
        this.steps(`a subquery on ${tables(part.places)} is asked first`);
        this.asked(part.places);
      }
    }
    if (together.length > 0) this.asked(together);
    else if (parts.length === 0) this.say({ where: 'coordinator', because: [] });
  }

  private asked(found: Place[]): void {
    const { fixed, isFew } = root(found[0]);
    this.say({ where: fixed !== undefined ? 'one shard' : isFew ? 'some shards' : 'all shards', because: [] });
  }

  select(query: Fields, outer?: Scope): Found {
    const scope = scopeIn(outer);
    readCtes(this, query, scope);
    if (query.op !== 'SETOP_NONE' && query.op !== undefined) return this.union(query, scope);
    const parts: Part[] = [];
    const joined: Tree[] = [];
    for (const one of list(query.fromClause)) from(this, one, scope, parts, joined);
    this.conditions([...joined, ...conjuncts(query.whereClause)], scope, parts);
    const outputs = outputsOf(query, scope);
    const asked = [
      query.targetList,
      query.havingClause,
      query.sortClause,
      query.groupClause,
      query.limitCount,
      query.limitOffset,
      query.windowClause,
      query.valuesLists,
    ];
    this.expressions(asked, scope, parts);
    this.localTables(query, scope, parts);
    this.locks(query, parts);
    this.calls(query, parts);
    return { parts, outputs, merge: mergeOf(query, scope, parts, outputs, this.catalog), refersOut: scope.refersOut };
  }

  private union(query: Fields, scope: Scope): Found {
    const arms = [query.larg, query.rarg].map((arm) => this.select(arm as Fields, scope));
    const parts = arms.flatMap((arm) => arm.parts);
    const [left, right] = arms;
    const outputs = left.outputs.map(([name, place], i): [string, Place | undefined] => {
      const other = right.outputs[i]?.[1];
      if (place && other) unite(place, other);
      return [name, place && other ? place : undefined];
    });
    const isApart = parts.length > 0 && outputs.every(([, place]) => !place);
    const merge =
      arms.find((arm) => arm.merge)?.merge ??
      (isApart && !allFixed(parts) ? 'a set operation without the customer' : undefined);
    return { parts, outputs, merge, refersOut: scope.refersOut || arms.some(({ refersOut }) => refersOut) };
  }

  /** A query in FROM or in an expression: a part of the one around it, or asked before. */
  subquery(found: Found, scope: Scope, parts: Part[], alias: Fields | undefined, where: 'from' | 'expression'): Item {
    const names = list(alias?.colnames).map(textOf);
    const item = (recurs: boolean): Item => ({
      columns: new Map(found.outputs.map(([name, place], i) => [names[i] ?? name, recurs ? undefined : place])),
      recurs,
    });
    if (found.parts.length === 0) return item(true);
    const places = found.parts.flatMap((part) => part.places);
    if (!found.refersOut && found.merge) {
      this.steps(`${found.merge} in a subquery`);
      this.finish(found);
      return item(true);
    }
    const byCustomer = found.refersOut && outerPlaces(scope).some((place) => places.some((one) => isSame(one, place)));
    if (found.refersOut && !byCustomer && !allFixed(found.parts)) {
      if (found.merge)
        this.refuse(
          `${found.merge} in a subquery on ${tables(places)} that refers to the query around it, but not by customer`,
        );
      else if (where === 'expression')
        this.refuse(`a subquery on ${tables(places)} refers to the query around it, but not by customer`);
      else this.steps(`a lateral subquery on ${tables(places)} for rows of the coordinator`);
    }
    parts.push({ places, isTable: false, refersOut: found.refersOut && byCustomer });
    return item(false);
  }

  conditions(conditions: Tree[], scope: Scope, parts: Part[]): void {
    for (const condition of conditions) {
      const compared = as('A_Expr', condition);
      if (compared && textOf(list(compared.name)[0]) === '=') this.equal(compared, scope);
      const link = as('SubLink', condition);
      if (link?.subLinkType === 'ANY_SUBLINK' && link.testexpr) {
        const found = this.select(fieldsOf(link.subselect), scope);
        const place = placeOf(link.testexpr as Tree, scope);
        if (place && found.outputs[0]?.[1]) unite(place, found.outputs[0][1]);
        this.subquery({ ...found, refersOut: found.refersOut }, scope, parts, undefined, 'expression');
        this.expressions(link.testexpr, scope, parts);
      } else this.expressions(condition, scope, parts);
    }
  }

  private equal({ kind, lexpr, rexpr }: Fields, scope: Scope): void {
    const [left, right] = [lexpr, rexpr] as Tree[];
    const a = placeOf(left, scope);
    if (kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_IN') {
      if (a && isGiven(right, scope)) root(a).isFew = true;
      return;
    }
    if (kind !== 'AEXPR_OP') return;
    const b = placeOf(right, scope);
    if (a && b) unite(a, b);
    else if (a && isGiven(right, scope)) root(a).fixed ??= sayingOf(right);
    else if (b && isGiven(left, scope)) root(b).fixed ??= sayingOf(left);
  }

  expressions(nodes: unknown, scope: Scope, parts: Part[]): void {
    const visit = (kind: string, fields: Fields) => {
      if (kind === 'ColumnRef') lookUp(pathOf(fields), scope);
    };
    walk(nodes, visit, (kind, fields) => {
      const query = kind === 'SubLink' ? fieldsOf(fields.subselect) : fields;
      this.subquery(this.select(query, scope), scope, parts, undefined, 'expression');
    });
  }

  localTables(query: Fields, scope: Scope, parts: Part[]): void {
    if (parts.length === 0) return;
    walkTables(query.fromClause, (table) => {
      if (!cteOf(table, scope) && !this.catalog.distributedBy.has(table))
        this.steps(`${table} of the coordinator is fetched first, for a join`);
    });
  }

  private locks(query: Fields, parts: Part[]): void {
    if (!query.lockingClause || parts.length === 0) return;
    const hasLocal = list(query.fromClause).length > parts.length;
    if (!allFixed(parts) || hasLocal)
      this.refuse(`FOR UPDATE of rows of ${tables(parts.flatMap(({ places }) => places))} on several nodes`);
  }

  /** What a query calls of ours runs where the query does: on the coordinator, unless rows of shards are in it. */
  calls(query: Fields, parts: Part[]): void {
    const visit = (kind: string, fields: Fields) => {
      if (kind !== 'FuncCall') return;
      const verdict = this.catalog.ours.get(nameOf(fields));
      if (!verdict) return;
      if (parts.length > 0) this.refuse(`${nameOf(fields)}() is called where rows of shards are read`);
      else
        this.say(
          verdict.where === 'coordinator' ? verdict : { where: verdict.where, because: [`calls ${nameOf(fields)}()`] },
        );
    };
    walk({ ...query, withClause: undefined }, visit, () => undefined);
  }
}

function walkTables(nodes: unknown, visit: (table: string) => void): void {
  for (const node of list(nodes)) {
    const fields = fieldsOf(node);
    if (kindOf(node) === 'RangeVar') visit(fields.relname as string);
    if (kindOf(node) === 'JoinExpr') walkTables([fields.larg, fields.rarg], visit);
  }
}
