import { actionsOf, isOver, partsOf, phaseOf } from './dispatch-progress';

const progress = { queued: 60, sent: 30, failed: 5, cancelled: 5 };

describe('the parts of a dispatch', () => {
  it('add up to the targeted', () => {
    const parts = partsOf({ targeted: 150, queued: 100, leased: 20, retrying: 10, progress });
    expect(parts).toEqual({ sent: 30, failed: 5, retrying: 10, leased: 20, waiting: 30, cancelled: 5, unwritten: 50 });
    expect(Object.values(parts).reduce((a, b) => a + b)).toBe(150);
  });

  it('are never negative, although a worker holds what was cancelled', () => {
    const parts = partsOf({ targeted: 90, queued: 100, leased: 80, retrying: 10, progress });
    expect(parts).toMatchObject({ leased: 60, retrying: 0, waiting: 0, unwritten: 0 });
  });
});

describe('the phase of a dispatch', () => {
  const none = { ...progress, queued: 0 };

  it('is delivering while something is not settled', () => {
    expect(phaseOf({ status: 'dispatched', progress })).toBe('delivering');
    expect(phaseOf({ status: 'dispatched', progress: none })).toBe('dispatched');
    expect(phaseOf({ status: 'paused', progress })).toBe('paused');
  });

  it('is over when nothing is left, and when it was cancelled, failed or a dry run', () => {
    expect(isOver({ status: 'dispatched', progress })).toBe(false);
    expect(isOver({ status: 'dispatched', progress: none })).toBe(true);
    expect(isOver({ status: 'writing', progress: none })).toBe(false);
    expect((['cancelled', 'failed', 'previewed'] as const).every((status) => isOver({ status, progress }))).toBe(true);
  });

  it('says what can be done', () => {
    expect(actionsOf({ status: 'dispatched', kind: 'campaign', progress })).toEqual({
      canPause: true,
      canResume: false,
      canCancel: true,
      canRedrive: true,
    });
    expect(actionsOf({ status: 'paused', kind: 'campaign', progress })).toMatchObject({ canPause: false, canResume: true });
    expect(actionsOf({ status: 'dispatched', kind: 'campaign', progress: none })).toMatchObject({
      canPause: false,
      canCancel: false,
      canRedrive: true,
    });
    expect(actionsOf({ status: 'previewed', kind: 'dry_run', progress: none })).toEqual({
      canPause: false,
      canResume: false,
      canCancel: false,
      canRedrive: false,
    });
  });
});
