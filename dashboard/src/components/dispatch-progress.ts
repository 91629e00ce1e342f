import type { Schema } from '../api/client';

type Dispatch = Schema<'DispatchView'>;

/** What may have become of a notification of a dispatch, in the order in which it is drawn. */
export const PARTS = ['sent', 'failed', 'retrying', 'leased', 'waiting', 'cancelled', 'unwritten'] as const;
export type Part = (typeof PARTS)[number];

type Figures = Pick<Dispatch, 'targeted' | 'queued' | 'leased' | 'retrying' | 'progress'>;

/** Every targeted customer in exactly one part. Figures that were read a moment apart never make a part negative. */
export function partsOf({ targeted, queued, leased, retrying, progress }: Figures): Record<Part, number> {
  const inHands = Math.min(leased, progress.queued);
  const again = Math.min(retrying, progress.queued - inHands);
  return {
    sent: progress.sent,
    failed: progress.failed,
    retrying: again,
    leased: inHands,
    waiting: progress.queued - inHands - again,
    cancelled: progress.cancelled,
    unwritten: Math.max(0, targeted - queued),
  };
}

/** Nothing of it can change any more by itself. */
export const isOver = ({ status, progress }: Pick<Dispatch, 'status' | 'progress'>): boolean =>
  status === 'cancelled' ||
  status === 'failed' ||
  status === 'previewed' ||
  (status === 'dispatched' && progress.queued === 0);

/** A dispatch is written before it is delivered: what is `dispatched` may have everything before it yet. */
export const phaseOf = (dispatch: Pick<Dispatch, 'status' | 'progress'>): Dispatch['status'] | 'delivering' =>
  dispatch.status === 'dispatched' && !isOver(dispatch) ? 'delivering' : dispatch.status;

/** What can be done with it now. */
export function actionsOf(dispatch: Pick<Dispatch, 'status' | 'progress' | 'kind'>) {
  const isOpen = !isOver(dispatch) && dispatch.kind !== 'dry_run';
  return {
    canPause: isOpen && dispatch.status !== 'paused',
    canResume: dispatch.status === 'paused',
    canCancel: !isOver(dispatch),
    canRedrive: dispatch.kind !== 'dry_run' && ['writing', 'dispatched', 'paused'].includes(dispatch.status),
  };
}
