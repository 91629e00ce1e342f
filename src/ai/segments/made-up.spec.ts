import type { RuleDraft } from '../../segments/segment-drafter';
import { madeUp } from './made-up';

const ID = '2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10';

it.each<[string, RuleDraft['filters']]>([
  ['spent 100 € in 90 days', { last_days: 90, min_total_spent: 100 }],
  ['more than 3 purchases in 2 weeks', { last_days: 14, min_num_purchases: 4 }],
  ['aquesta setmana, aquest mes, este año', { any: [{ last_days: 7 }, { last_days: 30 }, { last_days: 365 }] }],
  ['bought today', { last_days: 1 }],
  ['last quarter, semestre, quincena', { any: [{ last_days: 90 }, { last_days: 182 }, { last_days: 15 }] }],
  ['bought twice, or never', { any: [{ min_num_purchases: 2 }, { max_num_purchases: 0 }] }],
  ['desde marzo', { purchased_from: '2026-03-01T00:00:00Z' }],
  ['at FORN  vell', { stores_in: ['Forn Vell'] }],
  [`the customer ${ID.toUpperCase()}`, { user_ids_in: [ID] }],
  ['veganos', { preferences_contains: { diet: 'vegan' } }],
  ['los mejores', { rfm: { window_days: 365, monetary: [5, 5] } }],
  ['no market stalls', { is_market_store: false }],
])('nothing of %s: %j', (sentence, rule) => {
  expect(madeUp(sentence, rule)).toEqual([]);
});

it.each<[string, RuleDraft['filters'], [said: string, pointer: string][]]>([
  ['select everyone', { last_days: 3650 }, [['3650', '/last_days']]],
  ['selecciona tothom', { not: { min_total_spent: 1000 } }, [['1000', '/not/min_total_spent']]],
  ['everybody', { min_total_spent: 0.01 }, [['0.01', '/min_total_spent']]],
  ['loyal ones', { min_num_purchases: 10 }, [['10', '/min_num_purchases']]],
  ['bought this week', { last_days: 30 }, [['30', '/last_days']]],
  ['in 3 weeks', { last_days: 3 }, [['3', '/last_days']]],
  ['buyers', { purchased_from: '1970-01-01T00:00:00Z' }, [['1970-01-01T00:00:00Z', '/purchased_from']]],
  [
    'buyers of Forn Vell',
    { any: [{ stores_in: ['Forn Vell', 'La Botiga'] }, { all: [{ user_ids_in: [ID] }] }] },
    [
      ['La Botiga', '/any/0/stores_in/1'],
      [ID, '/any/1/all/0/user_ids_in/0'],
    ],
  ],
])('of %s what %j says: %j', (sentence, rule, guesses) => {
  expect(madeUp(sentence, rule)).toEqual(guesses.map(([said, pointer]) => ({ said, pointer })));
});
