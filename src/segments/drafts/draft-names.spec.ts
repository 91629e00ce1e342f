import type { FilterVocabulary } from '../catalogue/filter-vocabulary.service';
import type { Rule } from '../rules/rule';
import { ruleErrors } from '../rules/rule.dto';
import { named } from './draft-names';

const known: Record<string, unknown[]> = {
  stores_in: ['Mercat de Sants', 'Mercat del Ninot', 'Forn Vell', 'FORN VELL', 'Ñandú', '24/7'],
  ticket_types_in: ['online', 'paper'],
  roles_in: ['user', 'vendor'],
  preferences_contains: [
    { diet: 'vegan' },
    { diet: 'vegetarian' },
    { organic: true },
    { household: 3 },
    { likes: ['tea'] },
    { likes: ['milk'] },
    { home: { city: 'Reus' } },
  ],
};
const vocabulary: FilterVocabulary = {
  of: (key) => Promise.resolve((known[key] ?? []).map((value) => ({ value, customers: null }))),
};
/** What no vocabulary offers, since few have it. */
const rare = ['{"stores_in":["Kiosk"]}', '{"preferences_contains":{"diet":"raw"}}'];
const read = (rule: Rule) => named(rule, vocabulary, (set) => Promise.resolve(rare.includes(JSON.stringify(set))));

it('knows what few customers have', async () => {
  const rule = { stores_in: ['Kiosk'], preferences_contains: { diet: 'raw' } };

  expect(await read(rule)).toEqual({ filters: rule, unknowns: [] });
});

it.each<[Rule, Rule]>([
  [{ stores_in: ['Forn Vell'] }, { stores_in: ['Forn Vell'] }],
  [{ stores_in: [' mercat  DE sants '] }, { stores_in: ['Mercat de Sants'] }],
  [{ stores_in: ['nandu', 'Ñandú'] }, { stores_in: ['Ñandú'] }],
  [{ stores_in: ['forn vell'] }, { stores_in: ['Forn Vell', 'FORN VELL'] }],
  [{ ticket_types_in: ['Online'] }, { ticket_types_in: ['online'] }],
  [{ roles_in: ['Vendor'] }, { roles_in: ['vendor'] }],
  [{ preferences_contains: { Diet: 'Vegan' } }, { preferences_contains: { diet: 'vegan' } }],
  [{ preferences_contains: { organic: 'true' } }, { preferences_contains: { organic: true } }],
  [{ preferences_contains: { household: '3' } }, { preferences_contains: { household: 3 } }],
  [{ preferences_contains: { likes: 'Tea' } }, { preferences_contains: { likes: ['tea'] } }],
  [{ preferences_contains: { likes: ['Tea', 'milk'] } }, { preferences_contains: { likes: ['tea', 'milk'] } }],
  [
    { preferences_contains: { home: { city: 'REUS' }, diet: 'vegan' } },
    { preferences_contains: { home: { city: 'Reus' }, diet: 'vegan' } },
  ],
  [{ preferences_contains: {} }, { preferences_contains: {} }],
  [
    { any: [{ not: { stores_in: ['forn vell'] } }, { all: [{ roles_in: ['USER'] }] }] },
    { any: [{ not: { stores_in: ['Forn Vell', 'FORN VELL'] } }, { all: [{ roles_in: ['user'] }] }] },
  ],
])('%j names what the data has: %j', async (rule, filters) => {
  expect(await read(rule)).toEqual({ filters, unknowns: [] });
  expect(ruleErrors(filters)).toEqual([]);
});

it('keeps a name that the data has not as it was said, and offers the nearest', async () => {
  const rule: Rule = {
    all: [
      { stores_in: ['forn vell', 'Mercat de Sans', 'Zzzzzzzzzzz'] },
      { not: { ticket_types_in: ['onlin'], roles_in: ['customer'] } },
      { preferences_contains: { diet: 'vegn', 'a/b': 1 } },
    ],
  };

  const { filters, unknowns } = await read(rule);

  expect(filters).toEqual({
    ...rule,
    all: [{ stores_in: ['Forn Vell', 'FORN VELL', 'Mercat de Sans', 'Zzzzzzzzzzz'] }, ...rule.all.slice(1)],
  });
  expect(unknowns).toEqual([
    {
      kind: 'store',
      said: 'Mercat de Sans',
      pointer: '/all/0/stores_in/2',
      nearest: ['Mercat de Sants', 'Mercat del Ninot'],
    },
    { kind: 'store', said: 'Zzzzzzzzzzz', pointer: '/all/0/stores_in/3', nearest: [] },
    { kind: 'ticket_type', said: 'onlin', pointer: '/all/1/not/ticket_types_in/0', nearest: ['online'] },
    { kind: 'role', said: 'customer', pointer: '/all/1/not/roles_in/0', nearest: ['user'] },
    {
      kind: 'preference',
      said: 'diet: vegn',
      pointer: '/all/2/preferences_contains/diet',
      nearest: ['diet: vegan', 'diet: vegetarian'],
    },
    { kind: 'preference', said: 'a/b: 1', pointer: '/all/2/preferences_contains/a~1b', nearest: [] },
  ]);
});

it('offers what has the value under another key, and what contains the name', async () => {
  const { unknowns } = await read({ stores_in: ['sants'], preferences_contains: { vegan: true } });

  expect(unknowns.map(({ nearest }) => nearest)).toEqual([['Mercat de Sants'], ['diet: vegan', 'organic: true']]);
});

it('does not join two conditions into one: what cannot stand together stays as it was said', async () => {
  const { filters } = await read({ preferences_contains: { diet: 'Vegan', DIET: 'vegetarian' } });

  expect(filters).toEqual({ preferences_contains: { diet: 'Vegan', DIET: 'vegetarian' } });
});

it('compares twenty unknown names with what is known, and tells of more without', async () => {
  const { unknowns } = await read({ stores_in: Array.from({ length: 25 }, (_, i) => `Forn Vel${i}`) });

  expect(unknowns).toHaveLength(25);
  expect(unknowns.map(({ nearest }) => nearest.length > 0)).toEqual([...Array(20).fill(true), ...Array(5).fill(false)]);
});
