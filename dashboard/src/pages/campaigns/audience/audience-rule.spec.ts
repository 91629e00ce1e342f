import { audienceRule, unionOf } from './audience-rule';

describe('the rule of an audience', () => {
  it('is the union of what is included, without what is excluded', () => {
    expect(audienceRule([], ['x'])).toBeUndefined();
    expect(audienceRule(['a', 'b'], [])).toEqual({ any: [{ segment_id: 'a' }, { segment_id: 'b' }] });
    expect(audienceRule(['a'], ['x', 'y'])).toEqual({
      all: [{ any: [{ segment_id: 'a' }] }, { not: { any: [{ segment_id: 'x' }, { segment_id: 'y' }] } }],
    });
  });

  it('tells from its parts how many the excluded segments take away', () => {
    const parts = [
      { pointer: '', total: 70 },
      { pointer: '/all/0', total: 100 },
      { pointer: '/all/1', total: 900 },
    ];
    expect(unionOf({ total: 70, parts }, true)).toEqual({ included: 100, excluded: 30, total: 70 });
    expect(unionOf({ total: 70, parts: [] }, false)).toEqual({ included: 70, excluded: 0, total: 70 });
  });
});
