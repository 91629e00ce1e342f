/** As much of JSON Schema as the values of filters are described with. */
export interface ValueSchema {
  type?: string;
  format?: string;
  description?: string;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: ValueSchema;
  properties?: Readonly<Record<string, ValueSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean | ValueSchema;
  anyOf?: readonly ValueSchema[];
  oneOf?: readonly ValueSchema[];
}

/**
 * How a value is entered: `texts` one by one, `lines` where there may be thousands; `range` from and to of few whole numbers; `pairs` keys
 * and values at will; `lists` several of those; `json` for what nothing else fits.
 */
export type EditorKind =
  | 'whole'
  | 'number'
  | 'flag'
  | 'choice'
  | 'choices'
  | 'text'
  | 'instant'
  | 'texts'
  | 'lines'
  | 'range'
  | 'numbers'
  | 'object'
  | 'pairs'
  | 'lists'
  | 'json';

/** More than these are entered as lines of a text. */
const MOST_TAGS = 1000;
/** A range this wide is chosen from lists. */
const WIDEST_RANGE = 20;

export function editorOf(schema: ValueSchema): EditorKind {
  if (schema.enum) return 'choice';
  if (schema.anyOf || schema.oneOf) return isOfLists(schema.anyOf ?? schema.oneOf ?? []) ? 'lists' : 'json';
  switch (schema.type) {
    case 'integer':
      return 'whole';
    case 'number':
      return 'number';
    case 'boolean':
      return 'flag';
    case 'string':
      return schema.format === 'date-time' ? 'instant' : 'text';
    case 'array':
      return editorOfList(schema);
    case 'object':
      if (schema.properties) return 'object';
      return schema.additionalProperties === false ? 'json' : 'pairs';
    default:
      return 'json';
  }
}

function editorOfList({ items = {}, minItems, maxItems }: ValueSchema): EditorKind {
  if (items.enum) return 'choices';
  if (items.type === 'string') return (maxItems ?? Infinity) > MOST_TAGS ? 'lines' : 'texts';
  if (items.type !== 'integer' && items.type !== 'number') return 'json';
  if (minItems === undefined || minItems !== maxItems) return 'json';
  const { minimum = -Infinity, maximum = Infinity } = items;
  return items.type === 'integer' && minItems === 2 && maximum - minimum <= WIDEST_RANGE ? 'range' : 'numbers';
}

const isOfLists = (options: readonly ValueSchema[]): boolean =>
  options.length === 2 &&
  options.some(({ type, items }) => type === 'array' && Object.keys(items ?? {}).length === 0) &&
  options.some(({ type, properties }) => type === 'object' && !properties);

/** What a filter begins with when it is chosen: null where there is something to fill in. */
export function initialOf(schema: ValueSchema, example?: unknown): unknown {
  switch (editorOf(schema)) {
    case 'flag':
      return true;
    case 'object':
      return (
        example ?? Object.fromEntries((schema.required ?? []).map((key) => [key, initialOf(schema.properties?.[key] ?? {})]))
      );
    case 'range':
      return [schema.items?.minimum ?? 0, schema.items?.maximum ?? 0];
    case 'numbers':
      return Array.from({ length: schema.minItems ?? 1 }, () => null);
    default:
      return null;
  }
}
