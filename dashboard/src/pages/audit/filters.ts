import type { paths } from '../../api/schema';
import { endOfDay, isDay, startOfDay } from '../../i18n/local-time';

type Query = NonNullable<paths['/audit']['get']['parameters']['query']>;

export const TARGET_TYPES = ['segment', 'campaign', 'schedule', 'dispatch', 'suppression', 'webhook', 'customer'] as const;
const OUTCOMES = ['done', 'refused'] as const;

/** What entries are looked for by, as it stands in the address; days as the date fields have them, the last one included. */
const FILTERS = ['actor', 'action', 'target_type', 'target_id', 'outcome', 'from', 'to'] as const;
export type Filters = Record<(typeof FILTERS)[number], string>;

export const filtersOf = (params: URLSearchParams): Filters =>
  Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? ''])) as Filters;

/** The address with one filter changed. Another kind of thing has other ids. */
export function withFilter(params: URLSearchParams, name: keyof Filters, value: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value) next.set(name, value);
  else next.delete(name);
  if (name === 'target_type') next.delete('target_id');
  return next;
}

/** What the service is asked for. What it would not understand is left out. */
export function queryOf({ actor, action, target_type, target_id, outcome, from, to }: Filters): Query {
  const type = TARGET_TYPES.find((name) => name === target_type);
  const ended = OUTCOMES.find((name) => name === outcome);
  return {
    ...(actor && { actor }),
    ...(action && { action }),
    ...(type && { target_type: type }),
    ...(target_id && { target_id }),
    ...(ended && { outcome: ended }),
    ...(isDay(from) && { from: startOfDay(from) }),
    ...(isDay(to) && { to: endOfDay(to) }),
  };
}
