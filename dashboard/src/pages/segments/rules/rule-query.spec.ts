import * as fc from 'fast-check';
import type { Rule } from './rule';
import { isGroup, leavesOf, newGroup, newSet, readRule, writeRule } from './rule-query';

const roundTrip = (rule: Rule): Rule => writeRule(readRule(rule)).rule;

const SET: Rule = { last_days: 90, min_total_spent: 100 };
const OTHER: Rule = { segment_id: 'b2f4a6d0-6f0e-4a3b-9a55-0d1c2e3f4a5b' };

describe('A rule as a tree to edit', () => {
  it.each<[string, Rule]>([
    ['a filter set', SET],
    ['everybody', {}],
    ['a reference', OTHER],
    ['nobody', { not: {} }],
    ['a complement', { not: SET }],
    ['a complement of a complement', { not: { not: SET } }],
    ['three of them', { not: { not: { not: { any: [SET, OTHER] } } } }],
    ['a list of one', { all: [SET] }],
    ['lists of one in one another', { any: [{ all: [{ any: [SET] }] }] }],
    ['a complement of a list of one', { not: { all: [{ not: OTHER }] } }],
    ['filters nobody here knows', { loyalty: { tiers: [1, { deep: null }] }, min_total_spent: 0.1 }],
    [
      'a tree',
      { all: [{ any: [SET, { preferences_contains: {} }] }, { not: { any: [OTHER, {}] } }, { not: { not: SET } }] },
    ],
  ])('is written back as it was read: %s', (_, rule) => {
    expect(roundTrip(rule)).toStrictEqual(rule);
  });

  it('is written back as it was read, whatever it is', () => {
    const set = fc.dictionary(fc.stringMatching(/^f_[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 3 }) as fc.Arbitrary<Rule>;
    const { rule } = fc.letrec<{ rule: Rule }>((tie) => ({
      rule: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        set,
        fc.record({ segment_id: fc.uuid() }),
        fc.record({ not: tie('rule') }),
        fc.record({ all: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
      ),
    }));
    fc.assert(fc.property(rule, (one) => expect(JSON.stringify(roundTrip(one))).toBe(JSON.stringify(one))));
  });

  it('says where each part stands, its complement and what is in that', () => {
    const tree = readRule({ all: [SET, { not: { any: [OTHER, { not: SET }] } }] });
    const { places } = writeRule(tree);
    expect(places.map(({ pointer, inside }) => [pointer, inside])).toEqual([
      ['', ''],
      ['/all/0', '/all/0'],
      ['/all/1', '/all/1/not'],
      ['/all/1/not/any/0', '/all/1/not/any/0'],
      ['/all/1/not/any/1', '/all/1/not/any/1/not'],
    ]);
    expect(places.filter(({ id }) => leavesOf(tree).some((leaf) => leaf.id === id))).toHaveLength(3);
  });

  it('is a list only once a new rule has two parts', () => {
    const tree = newGroup([newSet(SET)]);
    expect(writeRule(tree).rule).toEqual(SET);
    expect(writeRule({ ...tree, rules: [...tree.rules, newSet({ last_days: 7 })] }).rule).toEqual({
      all: [SET, { last_days: 7 }],
    });
  });

  it('gives every part a name of its own', () => {
    const tree = readRule({ any: [SET, SET, { all: [SET, SET] }] });
    const ids = writeRule(tree).places.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(isGroup(tree.rules[2])).toBe(true);
  });
});
