import { editorOf, type EditorKind, initialOf, type ValueSchema } from './value-schema';
import { problemOf } from './value-problem';

const TEXTS: ValueSchema = { type: 'array', items: { type: 'string', maxLength: 5 }, minItems: 1, maxItems: 3 };
const SCORES: ValueSchema = { type: 'array', items: { type: 'integer', minimum: 1, maximum: 5 }, minItems: 2, maxItems: 2 };

describe('The editor of a value', () => {
  it.each<[EditorKind, ValueSchema]>([
    ['whole', { type: 'integer', minimum: 1, maximum: 3650 }],
    ['number', { type: 'number', minimum: 0 }],
    ['flag', { type: 'boolean' }],
    ['choice', { type: 'string', enum: ['gold', 'silver'] }],
    ['choices', { type: 'array', items: { enum: ['gold', 'silver'] } }],
    ['text', { type: 'string' }],
    ['instant', { type: 'string', format: 'date-time' }],
    ['texts', TEXTS],
    ['lines', { type: 'array', items: { type: 'string', format: 'uuid' }, maxItems: 10_000 }],
    ['range', SCORES],
    ['numbers', { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 }],
    ['object', { type: 'object', properties: { window_days: { type: 'integer' } } }],
    ['pairs', { type: 'object', additionalProperties: true }],
    [
      'lists',
      {
        anyOf: [
          { type: 'array', items: {} },
          { type: 'object', additionalProperties: true },
        ],
      },
    ],
    ['json', { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] }],
    ['json', { type: 'array', items: { type: 'object' } }],
    ['json', {}],
  ])('is %s', (kind, schema) => {
    expect(editorOf(schema)).toBe(kind);
  });

  it('begins with nothing, or with what is valid', () => {
    expect(initialOf({ type: 'integer' })).toBeNull();
    expect(initialOf({ type: 'boolean' })).toBe(true);
    expect(initialOf(SCORES)).toEqual([1, 5]);
    expect(initialOf({ type: 'object', properties: { a: SCORES, b: {} }, required: ['a'] })).toEqual({ a: [1, 5] });
    expect(initialOf({ type: 'object', properties: { a: SCORES } }, { a: [4, 5] })).toEqual({ a: [4, 5] });
  });
});

describe('What is wrong with a value', () => {
  it.each<[ValueSchema, unknown, string | undefined]>([
    [{ type: 'integer', minimum: 1, maximum: 10 }, 5, undefined],
    [{ type: 'integer', minimum: 1, maximum: 10 }, null, 'empty'],
    [{ type: 'integer', minimum: 1, maximum: 10 }, 1.5, 'whole'],
    [{ type: 'integer', minimum: 1, maximum: 10 }, 0, 'atLeast'],
    [{ type: 'integer', minimum: 1, maximum: 10 }, 11, 'atMost'],
    [{ type: 'number', exclusiveMinimum: 0 }, 0, 'above'],
    [{ type: 'number', exclusiveMaximum: 1 }, 1, 'below'],
    [TEXTS, ['one'], undefined],
    [TEXTS, [], 'empty'],
    [TEXTS, ['1', '2', '3', '4'], 'tooMany'],
    [TEXTS, ['longer'], 'tooLong'],
    [{ type: 'array', items: { type: 'string', format: 'uuid' } }, ['nobody'], 'uuid'],
    [{ type: 'string', format: 'date-time' }, 'soon', 'instant'],
    [{ type: 'string', enum: ['gold'] }, 'tin', 'choice'],
    [SCORES, [1, 5], undefined],
    [SCORES, [5, 1], 'order'],
    [SCORES, [1, 6], 'atMost'],
    [{ type: 'object', properties: { days: { type: 'integer' } }, required: ['days'] }, {}, 'empty'],
    [{ type: 'object', properties: { days: { type: 'integer' } } }, { days: null }, 'empty'],
    [{ type: 'object', additionalProperties: true }, {}, undefined],
    [{}, { whatever: 1 }, undefined],
  ])('%j of %j', (schema, value, code) => {
    expect(problemOf(schema, value)?.code).toBe(code);
  });
});
