import { newGroup, newReference, newSet, readRule, writeRule } from './rule-query';
import { partKey, placeErrors, problemsOf } from './rule-problems';

const schemaOf = (filter: string) => (filter === 'last_days' ? { type: 'integer', minimum: 1 } : undefined);

describe('What is wrong with a rule', () => {
  it('is nothing where every part says something', () => {
    expect(problemsOf(readRule({ any: [{ last_days: 3 }, {}, { unheard_of: 'x' }] }), schemaOf).size).toBe(0);
  });

  it('is said of the part, or of the filter in it', () => {
    const [empty, wrong, open, nobody] = [
      newSet(),
      newSet({ last_days: 0, unheard_of: null }),
      newReference(),
      newGroup([]),
    ];
    const problems = problemsOf(newGroup([empty, wrong, open, nobody]), schemaOf);
    expect([...problems].map(([key, { code }]) => [key, code])).toEqual([
      [empty.id, 'emptySet'],
      [partKey(wrong.id, 'last_days'), 'atLeast'],
      [partKey(wrong.id, 'unheard_of'), 'empty'],
      [open.id, 'noSegment'],
      [nobody.id, 'emptyGroup'],
    ]);
  });
});

describe('What the service refuses', () => {
  const tree = readRule({ all: [{ last_days: 3 }, { not: { any: [{ stores_in: ['x'] }, { segment_id: 'gone' }] } }] });
  const { places } = writeRule(tree);
  const at = (pointer: string) => places.find((place) => place.pointer === pointer)?.id ?? '';
  const placed = (pointer: string) => placeErrors([{ pointer, detail: 'no' }], places);

  it('stands at the filter its pointer leads to', () => {
    expect([...placed('/filters/all/0/last_days').problems.keys()]).toEqual([partKey(at('/all/0'), 'last_days')]);
    expect([...placed('/filters/all/1/not/any/0/stores_in/7').problems.keys()]).toEqual([
      partKey(at('/all/1/not/any/0'), 'stores_in'),
    ]);
  });

  it('stands at the part where the pointer leads to no filter', () => {
    expect([...placed('/filters/all/1/not/any/1/segment_id').problems.keys()]).toEqual([at('/all/1/not/any/1')]);
    expect([...placed('/filters/all/1/not/any').problems.keys()]).toEqual([at('/all/1')]);
  });

  it('is said of the whole where it is about the whole, or about something else', () => {
    expect(placed('/filters')).toEqual({ problems: new Map(), elsewhere: ['no'] });
    expect(placed('/name')).toEqual({ problems: new Map(), elsewhere: ['no'] });
  });

  it('stands at the only filter set of a rule that is one', () => {
    const single = writeRule(readRule({ last_days: 3 })).places;
    const { problems } = placeErrors([{ pointer: '/filters/last_days', detail: 'no' }], single);
    expect([...problems.keys()]).toEqual([partKey(single[1].id, 'last_days')]);
  });
});
