import { asksNothing, filterSetErrors } from './filter-set.dto';
import type { FilterSet } from '../filters';
import { enlist, filterList } from '../filters';

const RFM = { window_days: 365, recency: [1, 5] };
const UUID = '2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10';
const many = (length: number, item: (i: number) => string = String) => Array.from({ length }, (_, i) => item(i));

describe('the example of a filter', () => {
  it.each(filterList.map(({ key, example }) => [key, example]))(
    '%s is a valid value, and asks something',
    (key, example) => {
      const set = { [key]: example } as FilterSet;

      expect(filterSetErrors(set)).toEqual([]);
      expect(asksNothing(set)).toBe(false);
    },
  );
});

describe('asks nothing', () => {
  it.each<[FilterSet, boolean]>([
    [{}, true],
    [{ min_num_purchases: 0 }, true],
    [{ min_total_spent: 0, min_num_purchases: 0, preferences_contains: {} }, true],
    [{ last_days: 30, min_num_purchases: 0 }, true],
    [{ purchased_from: '2026-01-01T00:00:00Z', products_contain: [1], min_total_spent: 0 }, true],
    [{ last_days: 30 }, false],
    [{ last_days: 30, max_num_purchases: 0 }, false],
    [{ min_num_purchases: 0, max_total_spent: 0 }, false],
    [{ min_num_purchases: 0, not_purchased_for_days: 90 }, false],
    [{ min_average_spent: 0 }, false], // it takes a purchase to have an average
    [{ min_num_purchases: 0, first_purchase_within_days: 3650 }, false],
    [{ min_num_purchases: 0, user_ids_in: [UUID] }, false],
    [{ preferences_contains: {}, roles_in: ['user'] }, false],
    [{ registered_within_days: 3650 }, false],
    [{ min_num_purchases: 0, rfm: RFM }, false],
  ])('%j: %s', (set, answer) => {
    expect(asksNothing(set)).toBe(answer);
  });
});

describe('limits', () => {
  it.each<[string, unknown[], unknown[]]>([
    ['last_days', [1, 3650], [0, 3651, 1.5, '7']],
    [
      'purchased_from',
      ['1970-01-01T00:00:00Z', '2200-12-31T23:59:59.999999+14:00'],
      ['2026-01-01', '2024-02-30T00:00:00Z', 'now', 5],
    ],
    ['purchased_to', ['2026-07-01T00:00:00+02:00'], ['2026-07-01T00:00:00', '1969-12-31T23:59:59Z', 'infinity']],
    ['stores_in', [many(999), many(1000), ['x'.repeat(255)]], [[], many(1001), ['x'.repeat(256)], ['']]],
    ['ticket_types_in', [many(1000), ['x'.repeat(500)]], [[], many(1001), ['x'.repeat(501)], 'online']],
    ['products_contain', [[1], { name: 'tea' }, [[]]], [[], {}, 'tea', 1, true]],
    ['max_total_spent', [0, 9_999_999_999.99], [-0.01, 10_000_000_000, 0.001]],
    ['max_num_purchases', [0, 1_000_000], [-1, 1_000_001, 0.5]],
    ['min_average_spent', [0, 9_999_999_999.99], [-0.01, 10_000_000_000, 1.005]],
    ['first_purchase_within_days', [1, 3650], [0, 3651]],
    ['not_purchased_for_days', [1, 3650], [0, 3651]],
    ['registered_within_days', [1, 3650], [0, 3651]],
    ['roles_in', [many(20), ['x'.repeat(20)]], [[], many(21), ['x'.repeat(21)]]],
    [
      'user_ids_in',
      [many(9999, () => UUID), many(10_000, () => UUID.toUpperCase())],
      [[], many(10_001, () => UUID), ['ana'], [5]],
    ],
  ])('%s', (key, good, bad) => {
    const refused = (value: unknown) => filterSetErrors({ [key]: value }).map(({ pointer }) => pointer);

    expect(good.map(refused)).toEqual(good.map(() => []));
    expect(bad.map(refused)).toEqual(bad.map(() => [`/${key}`]));
  });

  it.each<[object, string[]]>([
    [{ ...RFM, frequency: [1, 1], monetary: [5, 5] }, []],
    [{ ...RFM, cut_points: { recency_days: [0.5, 7, 30, 3650], monetary: [-10, 0, 0.01, 9_999_999_999.99] } }, []],
    [{ window_days: 365 }, ['/rfm']],
    [{}, ['/rfm']],
    [{ recency: [1, 5] }, ['/rfm/window_days']],
    [{ ...RFM, window_days: 3651 }, ['/rfm/window_days']],
    [{ ...RFM, recency: [3, 2], monetary: [0, 5] }, ['/rfm/recency', '/rfm/monetary']],
    [{ ...RFM, recency: [1, 5, 5] }, ['/rfm/recency']],
    [{ ...RFM, frequency: null }, ['/rfm/frequency']],
    [{ ...RFM, recent: [1, 5] }, ['/rfm/recent']],
    [{ ...RFM, cut_points: [] }, ['/rfm/cut_points']],
    [{ ...RFM, cut_points: { recency_days: [0, 1, 2, 3] } }, ['/rfm/cut_points/recency_days']],
    [{ ...RFM, cut_points: { frequency: [1, 2, 2, 3] } }, ['/rfm/cut_points/frequency']],
    [{ ...RFM, cut_points: { monetary: [1, 2, 3] } }, ['/rfm/cut_points/monetary']],
  ])('rfm %j', (value, pointers) => {
    expect(filterSetErrors({ rfm: value }).map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

it('takes no second filter of a name', () => {
  expect(() => enlist(filterList[0])).toThrow('There is a filter last_days already');
});
