import type { FilterVocabulary } from '../../segments/catalogue/filter-vocabulary.service';
import type { RuleDraft } from '../../segments/segment-drafter';
import { leftOut } from './left-out';

/** What the data has, in these tests. */
const known: Record<string, unknown[]> = {
  ticket_types_in: ['online'],
  stores_in: ['Forn Vell', 'Sol', "D'Or & Co"],
  preferences_contains: [{ diet: 'vegan' }, { home: { city: 'Reus' } }, { likes: ['tea'] }, { organic: true }],
};
const vocabulary: FilterVocabulary = {
  of: (key) => Promise.resolve((known[key] ?? []).map((value) => ({ value, customers: null }))),
};

it.each<[string, RuleDraft['filters'], string[]]>([
  ['spent 100 € in 90 days', { last_days: 90 }, ['100 €']],
  ['spent 1.000 € in 3 weeks', { last_days: 21, min_total_spent: 1000 }, []],
  ['gastaron 50,50 € en 2 meses', { last_days: 60, min_total_spent: 50.5 }, []],
  ['more than 3 purchases this year', { last_days: 365, min_num_purchases: 4 }, []],
  ['fins al 15 de març de 2026', { purchased_to: '2026-03-16T00:00:00Z' }, []],
  ['the top 20% by spending', { rfm: { window_days: 365, monetary: [5, 5] } }, []],
  ['bought at FORN VELL in 30 days', { last_days: 30 }, ['FORN VELL']],
  ['vegans who bought in 30 days', { last_days: 30 }, ['vegan']],
  ['veganos', { preferences_contains: { diet: 'Vegan' } }, []],
  ['never bought in 30 days', { last_days: 30 }, ['never bought in 30']],
  ['no han comprado en 30 días', { last_days: 30 }, ['no han comprado en']],
  ['no han comprado en 30 días', { not_purchased_for_days: 30 }, []],
  ['not more than 5 purchases', { min_num_purchases: 5 }, []], // a net, no proof
  ['bought at least once', { min_num_purchases: 1 }, []],
  ['spent 100 or 200 €', { min_total_spent: 100 }, ['200 €']],
  ['tres compras en dos semanas', { last_days: 14 }, ['tres compras']],
  ['two purchases, dues compres, dos tickets', { min_num_purchases: 2 }, []],
  ['a set of people', { last_days: 14 }, []],
  ['organic, online', { last_days: 14 }, ['online', 'organic']],
  ['in Sol and also in Forn Vell', { stores_in: ['Sol', 'Forn Vell'] }, ['also in Forn Vell']],
  ['in Sol and also in Forn Vell', { all: [{ stores_in: ['Sol'] }, { stores_in: ['Forn Vell'] }] }, []],
  ['in 12 months', { last_days: 365 }, []],
  ['in 2 quarters', { last_days: 180 }, []],
  ['in 48 hours', { last_days: 2 }, []],
  ['in 2 weeks', { last_days: 2 }, ['2 weeks']],
  ["at D’Or, d'or & co", { last_days: 7 }, ["d'or & co"]],
  ['from Reus', { last_days: 7 }, ['Reus']],
  ['from reusable shops', { last_days: 7 }, []],
  ['sun: sol', { last_days: 7 }, []], // too short a name to be sure
  ['gente de REUS', { preferences_contains: { home: { city: 'Reus' } } }, []],
  ['all but no vegans', { not: { preferences_contains: { diet: 'vegan' } } }, []],
  ['sense compres', { roles_in: ['user'] }, ['sense compres']],
  ['al menos una compra', { min_num_purchases: 1 }, []],
  ['no menos de 5 compras', { min_num_purchases: 5 }, []],
  ['not in market stores', { is_market_store: false }, []],
])('of %s with %j: %j', async (sentence, filters, words) => {
  expect(await leftOut(sentence, filters, [], vocabulary)).toEqual(words);
});

it('is not what was said to be missing', async () => {
  expect(await leftOut('no vegans, 100 €', { last_days: 7 }, ['no vegans', '100'], vocabulary)).toEqual([]);
});
