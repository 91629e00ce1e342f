import { idsIn, overlapPath } from './overlap-path';
import { columnsIn, upsetOf } from './upset';

const [A, B] = ['b2f4a6d0-6f0e-4a3b-9a55-0d1c2e3f4a5b', '2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10'];

describe('An UpSet plot', () => {
  it('has the largest combinations first, and knows its scales', () => {
    const upset = upsetOf({
      segments: [
        { segment_id: A, name: 'A', total: 30 },
        { segment_id: B, name: 'B', total: 80 },
      ],
      intersections: [
        { segment_ids: [A], exactly: 10, at_least: 30 },
        { segment_ids: [B], exactly: 60, at_least: 80 },
        { segment_ids: [A, B], exactly: 20, at_least: 20 },
      ],
      union: 90,
      active_customers: 100,
      as_of: '2026-11-23T00:00:00Z',
      elapsed_ms: 1,
      source: 'index',
    });
    expect(upset.combinations.map(({ members, exactly }) => [members, exactly])).toEqual([
      [[false, true], 60],
      [[true, true], 20],
      [[true, false], 10],
    ]);
    expect(upset).toMatchObject({ largestCombination: 60, largestSet: 80, inAll: 20, inOne: 70 });
  });
});

describe('The columns of an UpSet plot', () => {
  it.each([
    [1000, 13, { shown: 13, width: 44 }],
    [500, 13, { shown: 13, width: 38 }],
    [440, 20, { shown: 12, width: 36 }],
    [2000, 60, { shown: 24, width: 44 }],
    [150, 20, { shown: 8, width: 34 }],
    [150, 3, { shown: 3, width: 44 }],
  ])('in %d px, of %d, fit', (room, columns, fitting) => {
    expect(columnsIn(room, columns)).toEqual(fitting);
  });
});

describe('The segments of an address', () => {
  it('are those that were put into it', () => {
    expect(idsIn(new URL(overlapPath([A, B]), 'http://x').searchParams)).toEqual([A, B]);
  });

  it('are each there once, and ids', () => {
    expect(idsIn(new URLSearchParams({ ids: `${A.toUpperCase()}, ${A},<b>,` }))).toEqual([A]);
    const many = Array.from({ length: 9 }, (_, i) => A.replace(/.$/, String(i)));
    expect(idsIn(new URLSearchParams({ ids: many.join(',') }))).toHaveLength(6);
  });
});
