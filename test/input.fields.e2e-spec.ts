import { DataSource } from 'typeorm';
import type { FieldError } from '../src/common/problem';
import { contents } from './support/contents';
import { refusalFault } from './support/refusal';
import { startWritableApp, type WritableApp } from './support/writable-app';
import { type BodyField, jsonWith, Literal, type Write, writes } from './support/writes';

let app: WritableApp;
let before: Record<string, string>;
beforeAll(async () => {
  app = await startWritableApp();
  before = await contents(app.db);
});
afterAll(() => app.close());
afterEach(async () => {
  expect(await contents(app.db)).toEqual(before);
  expect(app.ollama.requests).toEqual([]);
});

/** Sends each body, and says which were not refused as they must be. */
async function wrongly(bodies: { one: Write; pointer: string; body: string }[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { one, pointer, body } of bodies) {
    const fault = refusalFault(await app.write(one, body), { status: 400, pointer });
    if (fault) wrong.push(`${one.operation} ${one.form} ${pointer} ${body.slice(0, 150)} ${fault}`);
  }
  return wrong;
}

const literally = (...texts: string[]) => texts.map((text) => new Literal(text));
const CONTROLS = [0, 1, 7, 8, 11, 12, 14, 27, 31].map((code) => `a${String.fromCharCode(code)}b`);
const SURROGATES = ['"a\\ud800b"', '"\\udc00"', '"\\ud83d\\ud83d"', '"a\\u0000"'];
const LARGE_NUMBERS = ['1e400', '-1e400', '9007199254740993', '1e21', '-1e21'];
const NO_TEXTS = [5, true, {}, [], ['text'], [['text']]];
const NO_NUMBERS = ['1', '', '0x10', '1e3', 'NaN', 'Infinity', true, [], [1], {}, ...literally(...LARGE_NUMBERS)];
const NO_INTEGERS = [1.5, 0.001, 1e-7, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1];
const NO_FLAGS = ['true', 'false', '', 0, 1, [], {}];
const NO_LISTS = [
  'text',
  5,
  true,
  {},
  { 0: 'text', length: 1 },
  [5],
  [null],
  [['text']],
  [{}],
  ['\u0000'],
  new Literal('["\\ud800"]'),
];
const NO_OBJECTS = ['text', 5, true, [], [{}], [['diet', 'vegan']]];
const INHERITED = Object.getOwnPropertyNames(Object.prototype);
const UNKNOWN = ['last_day', 'Name', 'name ', '', 'a/b~c', '0', '$where', 'prototype', ...INHERITED];
/** JSON of the caller's own making that PostgreSQL would refuse, or that somebody on the way would change. */
const BAD_JSON = [
  ...CONTROLS.flatMap((text) => [{ a: { b: [text] } }, { [text]: 1 }]),
  ...literally(
    ...SURROGATES.flatMap((text) => [`{"a":[${text}]}`, `{${text}:1}`]),
    ...LARGE_NUMBERS.map((number) => `{"a":{"b":${number}}}`),
  ),
  ...literally(...INHERITED.map((key) => `{"a":{"${key}":{"polluted":1}}}`)),
];

const isText = ({ type }: BodyField) => type === 'string';
const isOpenObject = ({ type, schema }: BodyField) => type === 'object' && !schema.properties;
const isOfTwoDecimals = ({ pointer }: BodyField) => pointer.endsWith('_spent') || pointer.endsWith('/holdout_percent');
const isClosedObject = ({ type, schema }: BodyField) => type === 'object' && schema.properties !== undefined;

const tables: [what: string, fields: (field: BodyField) => boolean, values: unknown[]][] = [
  ['texts with control characters or broken Unicode', isText, [...CONTROLS, ...literally(...SURROGATES)]],
  ['texts that are none', isText, NO_TEXTS],
  ['numbers that are none, or that JavaScript would change', ({ type }) => ['number', 'integer'].includes(type), NO_NUMBERS],
  ['whole numbers that are none, or too large', ({ type }) => type === 'integer', NO_INTEGERS],
  ['amounts and shares of more than two decimals', isOfTwoDecimals, [0.001, 1e-7, 0.1 + 0.2, 98.999, -0.01]],
  ['flags that are none', ({ type }) => type === 'boolean', NO_FLAGS],
  ['lists that are none, or hold something else', ({ type, schema }) => type === 'array' && !schema.items?.$ref, NO_LISTS],
  [
    'lists of rules that are none',
    ({ schema }) => schema.items?.$ref !== undefined,
    NO_LISTS.filter((list) => JSON.stringify(list) !== '[{}]'),
  ],
  ['empty lists where something must be', ({ type, schema }) => type === 'array' && schema.minItems !== undefined, [[]]],
  ['objects that are none', ({ type }) => type === 'object', NO_OBJECTS],
  ['JSON that could not be kept', isOpenObject, BAD_JSON],
  ['null where a value must be', ({ nullable }) => !nullable, [null]],
];

describe('what is wrong in a body is named in a 400, and nothing is changed', () => {
  it.each(tables)('%s', async (_, fields, values) => {
    const bodies = writes.flatMap((one) =>
      one.fields
        .filter(fields)
        .flatMap(({ pointer }) =>
          values.map((value) => ({ one, pointer, body: jsonWith(app.goodBody(one), pointer, value) })),
        ),
    );
    expect(bodies.length).toBeGreaterThan(0);
    expect(await wrongly(bodies)).toEqual([]);
  });

  it('a number that is sent as a text is told so, and not that it is out of range', async () => {
    const wrong: string[] = [];
    for (const one of writes)
      for (const { pointer } of one.fields.filter(({ type }) => ['number', 'integer'].includes(type))) {
        const { body } = await app.write(one, jsonWith(app.goodBody(one), pointer, '1'));
        const { errors } = body as { errors: FieldError[] };
        const detail = errors.find((error) => error.pointer === pointer)?.detail;
        if (!/^must be an? (integer |whole )?number/.test(detail ?? '')) wrong.push(`${one.operation} ${pointer} ${detail}`);
      }
    expect(wrong).toEqual([]);
  });

  it('fields that nobody knows, at any level', async () => {
    const bodies = writes.flatMap((one) =>
      ['', ...one.fields.filter(isClosedObject).map(({ pointer }) => pointer)].flatMap((parent) =>
        UNKNOWN.map((key) => {
          const good = JSON.stringify(app.goodBody(one));
          const inside = (from: number, name: string) => good.indexOf('{', good.indexOf(`"${name}"`, from)) + 1;
          const at = parent.split('/').slice(1).reduce(inside, 1);
          const body = `${good.slice(0, at)}${JSON.stringify(key)}:1,${good.slice(at)}`.replace(',}', '}');
          return { one, pointer: `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, body };
        }),
      ),
    );
    expect(await wrongly(bodies)).toEqual([]);
  });

  it('what only the service may set', async () => {
    const columns = app.nest
      .get(DataSource)
      .entityMetadatas.flatMap((entity) => entity.columns.map((column) => column.propertyName));
    const others = [
      'state',
      'status',
      'attempts',
      'meta',
      'settled_at',
      'user_id',
      'campaign_id',
      'dispatch_id',
      'requested_by',
      'role',
    ];
    const bodies = writes.flatMap((one) =>
      [...new Set([...columns, ...others])]
        .filter((name) => !one.fields.some(({ pointer }) => pointer === `/${name}`))
        .map((name) => ({ one, pointer: `/${name}`, body: JSON.stringify({ ...app.goodBody(one), [name]: 1 }) })),
    );
    expect(columns).toEqual(expect.arrayContaining(['id', 'version', 'created_at', 'updated_at']));
    expect(await wrongly(bodies)).toEqual([]);
  });
});
