import { reasonsOf, waterfallSteps } from './waterfall-steps';

const none = { excluded: 0, suppressed: 0, already_notified: 0, frequency_capped: 0, holdout: 0 };
const reasons = { ...none, excluded: 20, already_notified: 5, holdout: 25 };

describe('the waterfall of an audience', () => {
  it('goes down from the matched to the targeted, each bar where the one before ends', () => {
    expect(waterfallSteps({ matched: 100, targeted: 50, reasons })).toEqual([
      { kind: 'matched', customers: 100, from: 0, share: 1 },
      { kind: 'excluded', customers: 20, from: 0.8, share: 0.2 },
      { kind: 'already_notified', customers: 5, from: 0.75, share: 0.05 },
      { kind: 'holdout', customers: 25, from: 0.5, share: 0.25 },
      { kind: 'targeted', customers: 50, from: 0, share: 0.5 },
    ]);
    expect(reasonsOf({ reasons })).toEqual(['excluded', 'already_notified', 'holdout']);
  });

  it('is two bars where nobody is left out', () => {
    expect(waterfallSteps({ matched: 7, targeted: 7, reasons: none }).map(({ kind }) => kind)).toEqual([
      'matched',
      'targeted',
    ]);
  });

  it('ends at nobody where all are left out', () => {
    const steps = waterfallSteps({ matched: 7, targeted: 0, reasons: { ...none, suppressed: 7 } });
    expect(steps.at(-1)).toEqual({ kind: 'targeted', customers: 0, from: 0, share: 0 });
  });

  it('of nobody has no length', () => {
    expect(waterfallSteps({ matched: 0, targeted: 0, reasons: none }).map(({ share }) => share)).toEqual([0, 0]);
  });
});
