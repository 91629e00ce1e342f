import type { Schema } from '../../api/client';

type Attention = Pick<Schema<'AttentionView'>, 'kind' | 'subject_id'>;

/** The page where it is mended; undefined where there is none. */
export function pageOf({ kind, subject_id }: Attention): string | undefined {
  switch (kind) {
    case 'dispatch-stuck':
    case 'dispatch-failed':
    case 'dead-letters':
      return subject_id === null ? '/dispatches' : `/dispatches/${encodeURIComponent(subject_id)}`;
    case 'queue-stalled':
      return '/notifications?status=queued';
    case 'segment-unreadable':
      return subject_id === null ? '/segments' : `/segments/${encodeURIComponent(subject_id)}/edit`;
    case 'index-stale':
      return '/settings';
    case 'webhook-disabled':
    case 'volume-missing':
      return undefined;
  }
}
