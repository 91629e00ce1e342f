import i18next from 'i18next';
import ca from '../../../i18n/ca/rules.json';
import en from '../../../i18n/en/rules.json';
import es from '../../../i18n/es/rules.json';
import { formatFor } from '../../../i18n/use-format';
import { readActual, readDistance, ruleOfNode } from './explanation-reading';
import type { Words } from './filter-reading';
import { knownFilters } from './known-filters';
import { linesOf, readingOf, readingsIn } from './reading';
import type { Rule } from './rule';

const texts = i18next.createInstance();
beforeAll(() =>
  texts.init({
    resources: { en: { rules: en }, es: { rules: es }, ca: { rules: ca } },
    ns: ['rules'],
    defaultNS: 'rules',
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  }),
);

const wordsIn = (language: string): Words => ({ t: texts.getFixedT(language, 'rules'), format: formatFor(language) });
const read = (rule: Rule, language = 'en') =>
  linesOf(readingOf(rule, wordsIn(language), (id) => (id === 'known' ? 'Regulars' : undefined))).map((line) =>
    line.replaceAll(/\s/g, ' '),
  );

const TREE: Rule = {
  all: [
    { last_days: 90, stores_in: ['Old Town', 'Market Hall'], min_total_spent: 100, min_num_purchases: 3 },
    { not: { any: [{ last_days: 7 }, { segment_id: 'known' }] } },
    { preferences_contains: { diet: 'vegan' }, roles_in: ['user'] },
  ],
};

describe('A rule in plain words', () => {
  it('is read in English', () => {
    expect(read(TREE)).toEqual([
      'Customers who are in all of these:',
      '    Customers who spent at least €100.00 and made at least 3 purchases (counting only purchases made in the last 90 days, in Old Town or Market Hall)',
      '    All customers except those who are in at least one of these:',
      '        Customers who bought in the last 7 days',
      '        Customers of the segment “Regulars”',
      '    Customers who prefer diet: vegan and have the role user',
    ]);
  });

  it('is read in Spanish', () => {
    expect(read(TREE, 'es')).toEqual([
      'Clientes que están en todos estos grupos:',
      '    Clientes que gastaron al menos 100,00 € e hicieron al menos 3 compras (solo cuentan las compras hechas en los últimos 90 días, en Old Town o Market Hall)',
      '    Todos los clientes salvo los que están en al menos uno de estos grupos:',
      '        Clientes que compraron en los últimos 7 días',
      '        Clientes del segmento «Regulars»',
      '    Clientes que prefieren diet: vegan y tienen el rol user',
    ]);
  });

  it('is read in Catalan', () => {
    expect(read(TREE, 'ca')).toEqual([
      'Clients que són en tots aquests grups:',
      '    Clients que van gastar almenys 100,00 € i van fer almenys 3 compres (només compten les compres fetes en els últims 90 dies, a Old Town o Market Hall)',
      "    Tots els clients tret dels que són en almenys un d'aquests grups:",
      '        Clients que van comprar en els últims 7 dies',
      '        Clients del segment «Regulars»',
      '    Clients que prefereixen diet: vegan i tenen el rol user',
    ]);
  });

  it.each<[Rule, string[]]>([
    [{}, ['All active customers']],
    [{ not: {} }, ['Nobody']],
    [{ last_days: 1 }, ['Customers who bought in the last day']],
    [{ max_num_purchases: 0 }, ['Customers who bought nothing']],
    [{ last_days: 90, max_num_purchases: 0 }, ['Customers who bought nothing in the last 90 days']],
    [{ not: { segment_id: 'gone' } }, ['All customers except those of the segment “another segment”']],
    [
      { not: { not: { is_market_store: false } } },
      [
        'All customers except those who are in all of these:',
        '    All customers except those who bought in stores other than market stores',
      ],
    ],
    [{ stores_in: ['A', 'B', 'C', 'D', 'E', 'F', 'G'] }, ['Customers who bought in A, B, C, D, E, or 2 more']],
    [{ min_loyalty_tier: 2 }, ['Customers who fulfil Min loyalty tier: 2']],
    [
      { rfm: { window_days: 365, recency: [4, 5], monetary: [5, 5] } },
      ['Customers who score 4 to 5 for recency and 5 for spend among those who bought in the last 365 days'],
    ],
  ])('reads %j', (rule, lines) => {
    expect(read(rule)).toEqual(lines);
  });

  it('has words for every filter in every language', () => {
    for (const language of ['en', 'es', 'ca'])
      for (const filter of knownFilters) {
        const [line] = read({ [filter]: 2 }, language);
        expect(line).not.toContain('reading.');
        expect(line).not.toContain('{{');
      }
  });

  it('says where each line stands in the rule', () => {
    expect(readingsIn(readingOf(TREE, wordsIn('en'), () => '')).map(({ reading }) => reading.pointer)).toEqual([
      '',
      '/all/0',
      '/all/1',
      '/all/1/not/any/0',
      '/all/1/not/any/1',
      '/all/2',
    ]);
  });
});

describe('Why a customer is in a segment', () => {
  const words = wordsIn('en');
  const plain = (text: string | undefined) => text?.replaceAll(/\s/g, ' ');

  it('says what is so in the unit of the filter', () => {
    expect(plain(readActual(words, 'min_total_spent', 87.5))).toBe('€87.50');
    expect(readActual(words, 'min_num_purchases', 1200)).toBe('1,200');
    expect(readActual(words, 'roles_in', 'user')).toBe('user');
    expect(readActual(words, 'preferences_contains', { diet: 'vegan', likes: ['tea'] })).toBe('diet: vegan, likes: tea');
    expect(readActual(words, 'rfm', { frequency: 3, scores: { recency: 4, monetary: 2 } })).toBe(
      '4 for recency and 2 for spend',
    );
    expect(readActual(words, 'not_purchased_for_days', null)).toBe('nothing');
  });

  it('says how far off it is, where it is off', () => {
    const off = (filter: string, off_by: number | null) =>
      plain(readDistance(words, { filter, asked: 1, holds: false, off_by }));
    expect(off('min_total_spent', 12.5)).toBe('€12.50 off');
    expect(off('min_num_purchases', 1)).toBe('1 purchase off');
    expect(off('not_purchased_for_days', 2)).toBe('2 days off');
    expect(off('min_total_spent', 0)).toBeUndefined();
    expect(off('rfm', null)).toBeUndefined();
  });

  it('knows the rule of a node again', () => {
    const leaf = {
      pointer: '/all/0',
      type: 'filters' as const,
      holds: true,
      parts: [],
      filters: [{ filter: 'last_days', asked: 3, holds: null }],
    };
    expect(
      ruleOfNode({
        pointer: '',
        type: 'all',
        holds: true,
        parts: [
          leaf,
          { pointer: '/all/1', type: 'not', holds: true, parts: [{ ...leaf, type: 'segment', segment_id: 'known' }] },
        ],
      }),
    ).toEqual({ all: [{ last_days: 3 }, { not: { segment_id: 'known' } }] });
  });
});
