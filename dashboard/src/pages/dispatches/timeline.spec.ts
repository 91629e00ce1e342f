import type { Schema } from '../../api/client';
import { stepsOf } from './timeline';

const AT = ['2026-11-22T10:00:00Z', '2026-11-22T10:00:05Z', '2026-11-22T10:01:00Z'];
const dispatch = (change: Partial<Schema<'DispatchView'>>) =>
  ({
    status: 'dispatched',
    created_at: AT[0],
    resolved_at: AT[1],
    finished_at: AT[2],
    targeted: 100,
    queued: 100,
    progress: { queued: 40, sent: 50, failed: 10, cancelled: 0 },
    ...change,
  }) as Schema<'DispatchView'>;
const told = (change: Partial<Schema<'DispatchView'>>) => stepsOf(dispatch(change)).map(({ what, at }) => [what, at]);

describe('the timeline of a dispatch', () => {
  it('goes from its start to what goes on now', () => {
    expect(told({})).toEqual([
      ['created', AT[0]],
      ['resolved', AT[1]],
      ['written', AT[2]],
      ['delivering', undefined],
    ]);
    expect(told({ status: 'resolving', resolved_at: null, finished_at: null })).toEqual([
      ['created', AT[0]],
      ['resolving', undefined],
    ]);
  });

  it('says that it is paused, whenever that was', () => {
    expect(told({ status: 'paused', finished_at: null }).pop()).toEqual(['paused', undefined]);
    expect(told({ status: 'paused' }).slice(-2)).toEqual([
      ['written', AT[2]],
      ['paused', undefined],
    ]);
  });

  it('ends where it ended', () => {
    expect(told({ progress: { queued: 0, sent: 90, failed: 10, cancelled: 0 } }).pop()).toEqual(['settled', undefined]);
    expect(told({ status: 'cancelled', queued: 50 }).pop()).toEqual(['cancelled', AT[2]]);
    expect(told({ status: 'cancelled' }).slice(-2)).toEqual([
      ['written', AT[2]],
      ['cancelled', undefined],
    ]);
    expect(told({ status: 'failed', resolved_at: null })).toEqual([
      ['created', AT[0]],
      ['failed', AT[2]],
    ]);
  });
});
