import { as, bare, type Fields, fieldsOf, list, pathOf, type Tree, walk } from './syntax';

/** The distribution column of one table of a statement; which of them are equal is known by `same`. */
export interface Place {
  table: string;
  parent?: Place;
  /** The value it must have, as it is written. */
  fixed?: string;
  /** One of a list of values. */
  isFew?: boolean;
}

/** What FROM names: a distributed table or a query of such, with the places of its columns; or rows that are the same everywhere. */
export interface Item {
  columns: ReadonlyMap<string, Place | undefined> | undefined;
  recurs: boolean;
}

export interface Scope {
  items: Map<string, Item>;
  outer?: Scope;
  ctes: Map<string, Cte>;
  /** Whether something in this query refers to the query around it. */
  refersOut: boolean;
}

export interface Cte {
  query: Fields;
  uses: number;
  isKept: boolean;
  answer?: Item;
}

/** A part of a query that is joined with the others: a table, or a query in it. */
export interface Part {
  places: Place[];
  isTable: boolean;
  refersOut: boolean;
}

export interface Found {
  parts: Part[];
  outputs: [name: string, place: Place | undefined][];
  /** Why its rows must be brought together before it can be answered. */
  merge?: string;
  refersOut: boolean;
}

export const root = (place: Place): Place => (place.parent ? root(place.parent) : place);
export function unite(a: Place, b: Place): void {
  const [x, y] = [root(a), root(b)];
  if (x === y) return;
  y.parent = x;
  x.fixed ??= y.fixed;
  x.isFew ||= y.isFew;
}
export const isSame = (a: Place, b: Place): boolean =>
  root(a) === root(b) || (root(a).fixed !== undefined && root(a).fixed === root(b).fixed);
export const allFixed = (parts: Part[]): boolean => {
  const all = parts.flatMap(({ places }) => places);
  return all.length > 0 && all.every((place) => root(place).fixed !== undefined && isSame(place, all[0]));
};
export const tables = (found: Place[]): string => [...new Set(found.map(({ table }) => table))].sort().join(', ');
/** Where a query in FROM that is not LATERAL looks for names: around the query it is in, and among its WITH queries. */
export const inner = (scope: Scope): Scope => ({ items: new Map(), outer: scope.outer, ctes: scope.ctes, refersOut: false });
export const outerPlaces = (scope: Scope): Place[] => {
  const found: Place[] = [];
  for (let at: Scope | undefined = scope; at; at = at.outer)
    for (const { columns } of at.items.values()) for (const place of columns?.values() ?? []) if (place) found.push(place);
  return found;
};
/** The distribution column that an expression is, if it is one. */
export function placeOf(expression: Tree, scope: Scope): Place | undefined {
  const column = as('ColumnRef', bare(expression));
  return column ? lookUp(pathOf(column), scope)?.columns?.get(pathOf(column).at(-1)!) : undefined;
}

/** The relation that a column is of: of this query or one around it. None where it is a variable of a function, which is given. */
export function lookUp(path: string[], scope: Scope): Item | undefined {
  const [first, name] = path.length > 1 ? path : [undefined, path[0]];
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const found =
      first === undefined ? [...at.items.values()].find(({ columns }) => columns?.has(name)) : at.items.get(first);
    if (!found) continue;
    for (let passed: Scope = scope; passed !== at; passed = passed.outer!) passed.refersOut = true;
    return found;
  }
  return undefined;
}

/** A value that is known before the statement runs. */
export function isGiven(expression: Tree, scope: Scope): boolean {
  let given = true;
  const visit = (kind: string, fields: Fields) => {
    if (kind === 'ColumnRef' && lookUp(pathOf(fields), scope)) given = false;
  };
  walk(expression, visit, () => (given = false));
  return given;
}
/** What a query gives, column by column. */
export function outputsOf(query: Fields, scope: Scope): [string, Place | undefined][] {
  return list(query.targetList).flatMap((target): [string, Place | undefined][] => {
    const { name, val } = fieldsOf(target);
    const column = as('ColumnRef', val);
    const path = column ? pathOf(column) : [];
    if (path.at(-1) === '*') {
      const items = path.length > 1 ? [scope.items.get(path[0])] : [...scope.items.values()];
      return items.flatMap((item) => [...(item?.columns ?? [])]);
    }
    return [[(name as string | undefined) ?? path.at(-1) ?? '', placeOf(val as Tree, scope)]];
  });
}

/** A query's scope before anything is read. */
export const scopeIn = (outer?: Scope): Scope => ({ items: new Map(), outer, ctes: new Map(), refersOut: false });
