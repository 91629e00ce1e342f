import { fragmentOf, leafText, leavesIn, merged, typedValue, without } from './fragments';

const GIVEN = { diet: 'vegan', likes: ['tea', 'milk'], address: { city: 'Reus', zip: '43201' }, none: {}, deep: [[1]] };

describe('What an object asks for', () => {
  it('is read leaf by leaf', () => {
    expect(leavesIn(GIVEN).map(leafText)).toEqual([
      'diet: vegan',
      'likes: tea',
      'likes: milk',
      'address › city: Reus',
      'address › zip: 43201',
      'none: {}',
      'deep: [1]',
    ]);
  });

  it('is the same once its leaves are put together again', () => {
    expect(leavesIn(GIVEN).map(fragmentOf).reduce(merged, {})).toEqual(GIVEN);
  });

  it('gets longer lists and new values, and nothing twice', () => {
    expect(merged(GIVEN, { likes: ['tea', 'rye'], diet: 'omnivore', address: { city: 'Salou' } })).toEqual({
      ...GIVEN,
      diet: 'omnivore',
      likes: ['tea', 'milk', 'rye'],
      address: { city: 'Salou', zip: '43201' },
    });
  });

  it('loses one leaf, and what is empty without it', () => {
    for (const leaf of leavesIn(GIVEN)) expect(leavesIn(without(GIVEN, leaf) ?? {})).toHaveLength(6);
    expect(without({ a: { b: [1] } }, { path: ['a', 'b'], isItem: true, value: 1 })).toBeUndefined();
  });

  it('takes what is typed for what it looks like', () => {
    expect(['true', ' 12.5 ', '-3', 'vegan', '"12"', '007', '1e5'].map(typedValue)).toEqual([
      true,
      12.5,
      -3,
      'vegan',
      '12',
      '007',
      '1e5',
    ]);
  });
});
