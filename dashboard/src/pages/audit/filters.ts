import type { paths } from '../../api/schema';
import { oneOf } from '../../components/url-filters';
import { endOfDay, isDay, startOfDay } from '../../i18n/local-time';

type Query = NonNullable<paths['/audit']['get']['parameters']['query']>;

export const TARGET_TYPES = ['segment', 'campaign', 'schedule', 'dispatch', 'suppression', 'webhook', 'customer'] as const;
export const OUTCOMES = ['done', 'refused'] as const;

/** What entries are looked for by, as it stands in the address; days as the date fields have them, the last one included. */
export const FILTERS = ['actor', 'action', 'target_type', 'target_id', 'outcome', 'from', 'to'] as const;
type Filters = Record<(typeof FILTERS)[number], string>;

/** What the service is asked for. What it would not understand is left out. */
export function queryOf({ actor, action, target_type, target_id, outcome, from, to }: Filters): Query {
  const type = oneOf(TARGET_TYPES, target_type);
  const ended = oneOf(OUTCOMES, outcome);
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
