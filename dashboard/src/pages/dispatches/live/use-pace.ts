import { useEffect, useRef, useState } from 'react';
import type { Schema } from '../../../api/client';
import { type Pace, paceOf, type Sample, withSample } from './pace';

const EVERY_MS = 1_000;

/** How fast a dispatch goes, looked at every second while it is watched. */
export function usePace(dispatch: Schema<'DispatchView'>, isWatching: boolean): Pace | undefined {
  const [pace, setPace] = useState<Pace>();
  const latest = useRef(dispatch);
  useEffect(() => {
    latest.current = dispatch;
  }, [dispatch]);
  useEffect(() => {
    if (!isWatching) return;
    let samples: Sample[] = [];
    const timer = setInterval(() => {
      const { queued, progress, targeted } = latest.current;
      const settled = progress.sent + progress.failed;
      samples = withSample(samples, { at: performance.now(), written: queued, settled });
      setPace(paceOf(samples, targeted - progress.cancelled));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      setPace(undefined); // what was before is not the pace of now
    };
  }, [isWatching]);
  return pace;
}
