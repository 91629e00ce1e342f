/** PostgreSQL's syntax trees, as libpg-query gives them: a node is an object of one key, its kind. */
export type Fields = Record<string, unknown>;
export type Tree = Record<string, Fields>;

export const kindOf = (node: unknown): string => Object.keys(node as object)[0];
export const fieldsOf = (node: unknown): Fields => Object.values(node as Tree)[0];
export const list = (value: unknown): Tree[] => (value ?? []) as Tree[];
/** The fields of a node, where it is of this kind. */
export const as = (kind: string, node: unknown): Fields | undefined => (node as Tree | undefined)?.[kind];

/** An expression without its casts. */
export function bare(node: Tree): Tree {
  const cast = as('TypeCast', node);
  return cast ? bare(cast.arg as Tree) : node;
}

export const textOf = (node: unknown): string => (as('String', node)?.sval as string | undefined) ?? '*';
/** `u.id` as ['u', 'id'] */
export const pathOf = (column: Fields): string[] =>
  list(column.fields).map((field) => (as('A_Star', field) ? '*' : textOf(field)));
/** Without its schema. */
export const nameOf = (call: Fields): string => textOf(list(call.funcname).at(-1));
export const aliasOf = (fields: Fields): string | undefined => (fields.alias as Fields | undefined)?.aliasname as string;

/** What an expression says, wherever it stands: two that say the same have the same. */
export const sayingOf = (node: Tree): string =>
  JSON.stringify(bare(node), (key, value: unknown) => (key === 'location' ? undefined : value));

/** Walks an expression and all in it but the queries in it, which `query` is told of. */
export function walk(
  node: unknown,
  visit: (kind: string, fields: Fields) => void,
  query: (kind: string, fields: Fields) => void,
): void {
  if (Array.isArray(node)) return node.forEach((one) => walk(one, visit, query));
  if (node === null || typeof node !== 'object') return;
  for (const [key, value] of Object.entries(node)) {
    if (/^[A-Z]/.test(key)) {
      if (key === 'SelectStmt') {
        query(key, value as Fields);
        continue;
      }
      if (key === 'SubLink') {
        query(key, value as Fields);
        walk((value as Fields).testexpr, visit, query);
        continue;
      }
      visit(key, value as Fields);
    }
    walk(value, visit, query);
  }
}

/** The parts of a condition that all must hold. */
export function conjuncts(condition: unknown): Tree[] {
  if (!condition) return [];
  const both = as('BoolExpr', condition);
  return both?.boolop === 'AND_EXPR' ? list(both.args).flatMap(conjuncts) : [condition as Tree];
}
