import type { Schema } from '../../api/client';
import { phaseOf } from '../../components/dispatch-progress';

type Dispatch = Schema<'DispatchView'>;

/** Something that happened, or goes on now. Without `at` where nobody keeps when. */
export type Moment =
  | {
      what: 'created' | 'writing' | 'resolving' | 'paused' | 'cancelled' | 'failed' | 'previewed';
      at?: string;
      count?: undefined;
    }
  | { what: 'resolved' | 'written' | 'delivering' | 'settled'; at?: string; count: number };

/** Those that last. */
export const LASTING: readonly Moment['what'][] = ['resolving', 'writing', 'delivering', 'paused'];

/** What is on record of a dispatch, oldest first. When a pause began, and when the last notification was settled, nobody keeps. */
export function stepsOf(dispatch: Dispatch): Moment[] {
  const { status, created_at, resolved_at, finished_at, targeted, queued, progress } = dispatch;
  const moments: Moment[] = [{ what: 'created', at: created_at }];
  if (resolved_at) moments.push({ what: 'resolved', at: resolved_at, count: targeted });
  const ended = finished_at ?? undefined;
  if (status === 'cancelled' && targeted > 0 && queued >= targeted)
    // it ended when it was written; when it was cancelled after that is not kept
    return [...moments, { what: 'written', at: ended, count: queued }, { what: 'cancelled' }];
  if (status === 'cancelled' || status === 'failed' || status === 'previewed')
    return [...moments, { what: status, at: ended }];
  if (ended) moments.push({ what: 'written', at: ended, count: queued });
  const phase = phaseOf(dispatch);
  if (phase === 'resolving' || phase === 'writing' || phase === 'paused') return [...moments, { what: phase }];
  if (phase === 'delivering') return [...moments, { what: 'delivering', count: progress.queued }];
  return [...moments, { what: 'settled', count: progress.sent }];
}
