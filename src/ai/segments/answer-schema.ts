import { filterSetSchema } from '../../segments/rules/filter-set.dto';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A filter set and two levels of all, any and not around it. */
const LEVELS = 3;

/**
 * JSON Schema of what the model is to answer: a rule, and what of the sentence it does not say. Made of the list of filters.
 *
 * It is what servers make a grammar of, and they take little: with `$ref` Ollama's grammar goes wrong by the order of the definitions
 * (https://github.com/ollama/ollama/issues/8444), so a tree is written out, level by level; llama.cpp refuses a whole grammar for a
 * `maxLength` or `maxItems` of some hundreds in a list (https://github.com/ggml-org/llama.cpp/issues/25746). So it has shapes and no
 * bounds: those are checked afterwards, as of any request.
 */
export function answerSchema(): JsonSchema {
  const properties = { filters: ruleSchema(LEVELS), unknowns: { type: 'array', items: { type: 'string' } } };
  return objectOf(properties, Object.keys(properties));
}

function ruleSchema(levels: number): JsonSchema {
  const set = objectOf(
    Object.fromEntries(Object.entries(filterSetSchema.properties).map(([key, of]) => [key, shapeOf(of)])),
  );
  if (levels === 1) return set;
  const part = ruleSchema(levels - 1);
  const parts = { type: 'array', items: part, minItems: 1 };
  return {
    anyOf: [set, objectOf({ all: parts }, ['all']), objectOf({ any: parts }, ['any']), objectOf({ not: part }, ['not'])],
  };
}

const objectOf = (properties: JsonSchema, required?: string[]): JsonSchema => ({
  type: 'object',
  properties,
  ...(required && { required }),
  additionalProperties: false,
});

/** Lists of a fixed length, such as [from, to], keep it. */
const SHORT = 4;

/** The schema of a value without its bounds and what is said to people. */
function shapeOf(schema: JsonSchema): JsonSchema {
  const { type, format, properties, required, items, anyOf, minItems, maxItems } = schema;
  const isShort = typeof maxItems === 'number' && maxItems <= SHORT;
  return {
    ...(type !== undefined && { type }),
    ...(format !== undefined && { format }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as JsonSchema).map(([key, of]) => [key, shapeOf(of as JsonSchema)]),
      ),
      additionalProperties: false,
    }),
    ...(required !== undefined && { required }),
    ...(items !== undefined && { items: shapeOf(items as JsonSchema) }),
    ...(anyOf !== undefined && { anyOf: (anyOf as JsonSchema[]).map(shapeOf) }),
    ...(isShort && { minItems, maxItems }),
  };
}
