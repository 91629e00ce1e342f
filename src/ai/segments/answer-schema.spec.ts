import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { filterList } from '../../segments/filters';
import { answerSchema } from './answer-schema';
import { workedExamples } from './segment.prompt';

const schema = answerSchema();
const isValid = addFormats(new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true })).compile(schema);
const takes = (filters: unknown, unknowns: unknown = []) => isValid({ filters, unknowns });

it.each(workedExamples)('takes the rule of: %s', (_, filters, unknowns = []) => {
  expect(takes(filters, unknowns)).toBe(true);
});

it.each(filterList.map(({ key, example }) => [key, example]))('takes the example of %s, at every level', (key, example) => {
  const set = { [key]: example };

  expect([set, { any: [set] }, { not: { all: [set] } }].map((rule) => takes(rule))).toEqual([true, true, true]);
});

it.each<[string, unknown]>([
  ['an unknown filter', { age_over: 40 }],
  ['a filter beside a tree', { any: [{ last_days: 7 }], last_days: 7 }],
  ['an empty tree', { any: [] }],
  ['a reference', { segment_id: '2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10' }],
  ['a fourth level', { not: { not: { not: { last_days: 7 } } } }],
  ['a text for a number', { last_days: '7' }],
  ['a day for an instant', { purchased_from: '2026-01-01' }],
  ['three scores', { rfm: { window_days: 365, monetary: [1, 2, 3] } }],
])('refuses %s', (_, filters) => {
  expect(takes(filters)).toBe(false);
});

it('wants both parts of an answer, and nothing else', () => {
  const filters = { last_days: 7 };

  expect([{ filters }, { unknowns: [] }, { filters, unknowns: [], more: 1 }, filters].map((one) => isValid(one))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('has only what grammars take: no references, no long repetitions, no words', () => {
  const keywords = new Set<string>();
  const longest: number[] = [];
  const walk = (node: unknown, isSchema = true): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (isSchema && !Array.isArray(node)) keywords.add(key);
      if (key === 'maxItems') longest.push(value as number);
      walk(value, !(isSchema && key === 'properties' && !Array.isArray(node)));
    }
  };
  walk(schema);

  expect([...keywords].sort()).toEqual(
    ['additionalProperties', 'anyOf', 'format', 'items', 'maxItems', 'minItems', 'properties', 'required', 'type'].sort(),
  );
  expect(Math.max(...longest)).toBeLessThanOrEqual(4);
  expect(JSON.stringify(schema).length).toBeLessThan(24_000); // 13 filter sets
});
