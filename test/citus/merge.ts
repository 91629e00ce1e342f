import { allFixed, type Found, type Part, placeOf, type Scope } from './scope';
import { as, type Fields, list, nameOf, pathOf, type Tree, walk } from './syntax';
import type { Catalog } from './verdict';

/** Why a query, were it a part of another, could not be answered shard by shard. */
export function mergeOf(
  query: Fields,
  scope: Scope,
  parts: Part[],
  outputs: Found['outputs'],
  catalog: Catalog,
): string | undefined {
  if (parts.length === 0 || allFixed(parts)) return undefined;
  if (query.limitCount ?? query.limitOffset) return 'LIMIT or OFFSET';
  const isOfCustomer = (node: Tree) => {
    const place = as('A_Const', node)?.ival as Fields | undefined;
    const byNumber = place ? outputs[Number(place.ival ?? 0) - 1]?.[1] : undefined;
    return Boolean(
      byNumber ??
      placeOf(node, scope) ??
      outputs.find(([name]) => name === pathOf(as('ColumnRef', node) ?? {}).join('.'))?.[1],
    );
  };
  const groups = list(query.groupClause);
  if (groups.length > 0 && !groups.some(isOfCustomer)) return 'GROUP BY without the customer';
  const distinct = list(query.distinctClause);
  const isDistinct = query.distinctClause !== undefined;
  const keyed = distinct.filter((one) => one && Object.keys(one).length > 0);
  if (isDistinct && !(keyed.length > 0 ? keyed.some(isOfCustomer) : outputs.some(([, place]) => place)))
    return 'DISTINCT without the customer';
  let aggregates = false;
  let window = false;
  walk(
    [query.targetList, query.havingClause],
    (kind, fields) => {
      if (kind !== 'FuncCall') return;
      if (fields.over) window ||= !list((fields.over as Fields).partitionClause).some(isOfCustomer);
      else aggregates ||= catalog.aggregates.has(nameOf(fields));
    },
    () => undefined,
  );
  if (window) return 'a window without the customer';
  return aggregates && groups.length === 0 ? 'an aggregate over all' : undefined;
}
