import * as fc from 'fast-check';
import { referred, type Schema, type SchemaObject } from './document';

/** Stands where an id goes: whoever sends the value puts one there that exists. */
export const ID = '\u0001';

/** Rules refer to rules: below this many references a value is the smallest there is. */
const MAX_DEPTH = 6;

const zones = ['Europe/Madrid', 'UTC', 'America/Sao_Paulo', 'Asia/Kathmandu'];
const recurrences = ['FREQ=DAILY;COUNT=3', 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10', 'FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2'];
const instants = fc
  .date({ min: new Date('2015-01-01T00:00:00Z'), max: new Date('2026-11-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Of strings that have to be more than a string. */
const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'date-time': instants,
  'date-time-local': fc.constantFrom('2031-12-01T09:00', '2032-03-30T02:30', '2031-01-31T23:59'),
  'iana-time-zone': fc.constantFrom(...zones),
  rrule: fc.constantFrom(...recurrences),
  email: fc.nat(99).map((n) => `customer-${n}@example.com`),
  uri: fc.nat(9).map((n) => `https://example.com/hooks/${n}`),
};

/**
 * Values that a schema allows, more often those it gives as an example: a service is not known by being refused.
 * @param name of the property or parameter, which says what an id is of
 */
export function valuesOf(schema: Schema, name = '', depth = 0): fc.Arbitrary<unknown> {
  if (typeof schema === 'boolean') return fc.jsonValue({ maxDepth: 2 });
  if (schema.$ref !== undefined) return valuesOf(referred(schema.$ref), name, depth + 1);
  const made = madeOf(schema, name, depth);
  return schema.example === undefined || depth > 3
    ? made
    : fc.oneof({ weight: 2, arbitrary: fc.constant(schema.example) }, { weight: 3, arbitrary: made });
}

function madeOf(schema: SchemaObject, name: string, depth: number): fc.Arbitrary<unknown> {
  const choices = (schema.oneOf ?? schema.anyOf) as Schema[] | undefined;
  if (choices) {
    const fitting = depth > MAX_DEPTH ? choices.slice(0, 1) : choices;
    return fc.oneof(...fitting.map((choice) => valuesOf(choice, name, depth + 1)));
  }
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as unknown[]));
  if (schema.const !== undefined) return fc.constant(schema.const);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0) return fc.jsonValue({ maxDepth: 2 });
  return fc.oneof(...types.map((type) => ofType[type](schema, name, depth)));
}

const ofType: Readonly<Record<string, (schema: SchemaObject, name: string, depth: number) => fc.Arbitrary<unknown>>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: (schema) => fc.oneof(...bounds(schema), fc.integer(range(schema, 1000))),
  number: (schema) => {
    const { min, max } = range(schema, 1000);
    return fc.oneof(
      ...bounds(schema),
      fc.integer({ min: Math.ceil(min * 100), max: Math.floor(Math.min(max, 1e6) * 100) }).map((n) => n / 100),
    );
  },
  string: (schema, name) => {
    if (schema.format === 'uuid' || name === 'id') return fc.nat().map((n) => `${ID}${name}#${n}`); // several in a list are several
    const format = formats[String(schema.format)];
    if (format) return format;
    const [minLength, maxLength] = [Number(schema.minLength ?? 0), Number(schema.maxLength ?? 100)];
    const plain = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 30)) });
    return typeof schema.pattern === 'string' && schema.pattern !== '^'
      ? fc.stringMatching(new RegExp(schema.pattern, 'u'), { size: 'small' })
      : plain;
  },
  array: (schema, name, depth) => {
    const minLength = Number(schema.minItems ?? 0);
    const lengths = { minLength, maxLength: Math.max(minLength, Math.min(Number(schema.maxItems ?? 3), depth > 3 ? 1 : 3)) };
    const items = valuesOf((schema.items ?? true) as Schema, name.replace(/s$/, ''), depth + 1);
    return schema.uniqueItems === true
      ? fc.uniqueArray(items, { ...lengths, comparator: 'SameValue' })
      : fc.array(items, lengths);
  },
  object: ({ properties = {}, required = [], additionalProperties, minProperties }, _name, depth) => {
    const known = Object.entries(properties);
    if (known.length === 0)
      return additionalProperties === false
        ? fc.constant({})
        : fc.dictionary(fc.constantFrom('diet', 'likes', 'first_name'), fc.constantFrom('vegan', ['tea'], 1), {
            minKeys: Number(minProperties ?? 0),
            maxKeys: 2,
          });
    // of many optional properties a few: all of them together fit nobody
    const optional = known.map(([name]) => name).filter((name) => !required.includes(name));
    return fc
      .subarray(optional, { maxLength: Math.min(optional.length, 4) })
      .chain((chosen) =>
        fc.record(
          Object.fromEntries(
            known
              .filter(([name]) => required.includes(name) || chosen.includes(name))
              .map(([name, schema]) => [name, valuesOf(schema, name, depth + 1)]),
          ),
        ),
      );
  },
};

/** The edges of what is allowed, where many a service is wrong by one. */
const bounds = ({ minimum, maximum }: SchemaObject): fc.Arbitrary<number>[] =>
  [minimum, maximum].flatMap((edge) => (typeof edge === 'number' ? [fc.constant(edge)] : []));

const range = ({ minimum, exclusiveMinimum, maximum }: SchemaObject, most: number) => {
  const min = Number(minimum ?? (exclusiveMinimum === undefined ? -most : Number(exclusiveMinimum) + 1));
  return { min, max: Math.min(Number(maximum ?? Infinity), min + most) };
};
