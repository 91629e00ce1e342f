import type { Schema } from '../../api/client';

type Entry = Pick<Schema<'AuditEntryView'>, 'target_type' | 'target_id'>;

/** The page of what an entry is about; undefined where there is none. A suppression's id begins with the customer's, a schedule's is its campaign's. */
export function pageOf({ target_type, target_id }: Entry): string | undefined {
  if (!target_type || !target_id) return undefined;
  const id = encodeURIComponent(target_id);
  switch (target_type) {
    case 'segment':
      return `/segments/${id}`;
    case 'campaign':
    case 'schedule':
      return `/campaigns/${id}`;
    case 'dispatch':
      return `/dispatches/${id}`;
    case 'customer':
      return `/customers/${id}`;
    case 'suppression':
      return `/customers/${encodeURIComponent(target_id.split(':')[0])}`;
    case 'webhook':
      return undefined;
  }
}
