import { isRunning, sharesOf } from './progress';

const dispatch = (
  status: 'resolving' | 'writing' | 'dispatched' | 'paused',
  [queued, sent, failed, cancelled]: [number, number, number, number],
  targeted = queued + sent + failed + cancelled,
) => ({ status, targeted, progress: { queued, sent, failed, cancelled } });

it('runs while it is written, and while anything waits to be sent', () => {
  expect(isRunning(dispatch('resolving', [0, 0, 0, 0]))).toBe(true);
  expect(isRunning(dispatch('writing', [5, 0, 0, 0]))).toBe(true);
  expect(isRunning(dispatch('dispatched', [1, 9, 0, 0]))).toBe(true);
  expect(isRunning(dispatch('dispatched', [0, 9, 1, 0]))).toBe(false);
  expect(isRunning(dispatch('paused', [5, 0, 0, 0]))).toBe(false);
});

it('has shares of everybody who is to get it, written or not', () => {
  expect(sharesOf(dispatch('writing', [30, 15, 5, 0], 100))).toEqual({ sent: 0.15, failed: 0.05 });
});

it('has no shares of nobody', () => {
  expect(sharesOf(dispatch('resolving', [0, 0, 0, 0]))).toEqual({ sent: 0, failed: 0 });
});
