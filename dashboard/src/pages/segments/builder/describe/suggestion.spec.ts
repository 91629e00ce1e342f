import { ApiProblem } from '../../../../api/problem';
import { isReplaceable, refusalOf, withPicked } from './suggestion';

const suggestionOf = (filters: object, unknowns: object[]) =>
  ({ filters, unknowns, reading: '', total: 0, share: 0 }) as unknown as Parameters<typeof withPicked>[0];
const store = (said: string, pointer: string) => ({ kind: 'store' as const, said, pointer, nearest: [] });

describe('a suggested rule', () => {
  it('takes the names that were picked, deep in a tree too, and leaves the rest as it was', () => {
    const suggestion = suggestionOf({ all: [{ last_days: 90 }, { not: { stores_in: ['Old Town', 'Boqeria'] } }] }, [
      store('Boqeria', '/all/1/not/stores_in/1'),
    ]);

    expect(withPicked(suggestion, { '/all/1/not/stores_in/1': 'Boqueria' })).toEqual({
      all: [{ last_days: 90 }, { not: { stores_in: ['Old Town', 'Boqueria'] } }],
    });
    expect(withPicked(suggestion, {})).toEqual(suggestion.filters);
  });

  it('names a store once, where two unknown ones are taken for the same', () => {
    const suggestion = suggestionOf({ stores_in: ['Forn Vel', 'Forn Veil', 'Els Pins'] }, [
      store('Forn Vel', '/stores_in/0'),
      store('Forn Veil', '/stores_in/1'),
      store('Els Pins', '/stores_in/2'),
    ]);

    expect(
      withPicked(suggestion, { '/stores_in/0': 'Forn Vell', '/stores_in/1': 'Forn Vell', '/stores_in/2': 'Els Pi' }),
    ).toEqual({ stores_in: ['Forn Vell', 'Els Pi'] });
  });

  it('lets names of lists be picked, and nothing else', () => {
    expect(isReplaceable(store('Forn Vel', '/stores_in/0'))).toBe(true);
    expect(isReplaceable({ kind: 'phrase', said: 'women', pointer: null, nearest: [] })).toBe(false);
    expect(
      isReplaceable({
        kind: 'preference',
        said: 'diet: vegn',
        pointer: '/preferences_contains/diet',
        nearest: ['diet: vegan'],
      }),
    ).toBe(false);
  });
});

describe('a sentence that no rule came of', () => {
  it('is told by the words that were not understood, apart from what engineers may want to know', () => {
    const problem = new ApiProblem(
      'draft-not-usable',
      422,
      '',
      [
        { pointer: '/prompt', detail: 'was not understood: "left-handed \\"women\\""' },
        { pointer: '/filters/any/0', detail: 'is every customer there is' },
        { pointer: '/prompt', detail: 'was not understood: half of a' },
      ],
      {},
      undefined,
    );

    expect(refusalOf(problem)).toEqual({
      phrases: ['left-handed "women"'],
      details: ['/filters/any/0 is every customer there is', '/prompt was not understood: half of a'],
    });
  });
});
