import { waterfallOf } from './waterfall';

const none = { excluded: 0, suppressed: 0, already_notified: 0, frequency_capped: 0, holdout: 0 };

describe('the waterfall of an audience', () => {
  it('takes each reason from the end of what is left, down to the targeted', () => {
    expect(waterfallOf({ matched: 100, targeted: 60, reasons: { ...none, excluded: 25, holdout: 15 } })).toEqual([
      { key: 'matched', customers: 100, from: 0, to: 1 },
      { key: 'excluded', customers: 25, from: 0.75, to: 1 },
      { key: 'holdout', customers: 15, from: 0.6, to: 0.75 },
      { key: 'targeted', customers: 60, from: 0, to: 0.6 },
    ]);
  });

  it('is two rows where nobody is left out', () => {
    expect(waterfallOf({ matched: 7, targeted: 7, reasons: none }).map(({ key }) => key)).toEqual(['matched', 'targeted']);
  });

  it('ends at nobody where all are left out', () => {
    const steps = waterfallOf({ matched: 7, targeted: 0, reasons: { ...none, suppressed: 7 } });
    expect(steps[steps.length - 1]).toEqual({ key: 'targeted', customers: 0, from: 0, to: 0 });
  });

  it('is nothing before the audience is known', () => {
    expect(waterfallOf({ matched: 0, targeted: 0, reasons: none })).toEqual([]);
  });
});
