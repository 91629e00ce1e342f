import type { Schema } from '../../api/client';

type Dispatch = Pick<Schema<'DispatchView'>, 'status' | 'targeted' | 'progress'>;

/** Whether it moves by itself: it is being written, or some of what it wrote waits to be sent. */
export const isRunning = ({ status, progress }: Dispatch): boolean =>
  status === 'resolving' || status === 'writing' || (status === 'dispatched' && progress.queued > 0);

/** Of those who are to get it the shares that were sent and that failed, 0…1. */
export function sharesOf({ targeted, progress }: Dispatch): { sent: number; failed: number } {
  const all = Math.max(targeted, progress.queued + progress.sent + progress.failed + progress.cancelled);
  return all === 0 ? { sent: 0, failed: 0 } : { sent: progress.sent / all, failed: progress.failed / all };
}
