import { openapi } from './contract';

/** The part of JSON Schema that the API document uses for request bodies. */
interface BodySchema {
  $ref?: string;
  allOf?: BodySchema[];
  /** Of one: a reference with something said beside it. Of several: a body of one of these forms. */
  oneOf?: BodySchema[];
  /** A reference that may be null. */
  anyOf?: BodySchema[];
  type?: string | string[];
  format?: string;
  properties?: Record<string, BodySchema>;
  items?: BodySchema;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  enum?: unknown[];
}

/** One field of a body: where it is, and what the document says of it. */
export interface BodyField {
  pointer: string;
  type: string;
  nullable: boolean;
  schema: BodySchema;
}

/** A write as the document has it. */
export interface Write {
  /** `POST /segments` */
  operation: string;
  method: string;
  path: string;
  /** Which of several forms the body has; the first where there is one only. `NotRule` */
  form?: string;
  fields: BodyField[];
}

const nameOf = (ref: string) => ref.split('/').at(-1)!;

const isNull = ({ type }: BodySchema) => type === 'null';

const resolved = (schema: BodySchema): BodySchema => {
  const [only, ...others] = (schema.oneOf ?? schema.anyOf ?? []).filter((one) => !isNull(one));
  const ref = schema.$ref ?? schema.allOf?.[0].$ref ?? (others.length === 0 ? only?.$ref : undefined);
  return ref ? resolved(openapi.components.schemas[nameOf(ref)] as BodySchema) : schema;
};

function fieldsOf(schema: BodySchema, parent = ''): BodyField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const found = resolved(property);
    const types = [found.type ?? []].flat();
    const pointer = `${parent}/${name}`;
    const type = types.find((one) => one !== 'null') ?? (found.oneOf ? 'object' : '');
    const nullable = types.includes('null') || (property.anyOf ?? []).some(isNull);
    return [{ pointer, type, nullable, schema: found }, ...fieldsOf(found, pointer)];
  });
}

/** A body with a field of several forms is as many writes; all but the first have the fields of that form alone. */
function formsOf(schema: BodySchema): Pick<Write, 'form' | 'fields'>[] {
  const [several] = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const forms = resolved(property).oneOf?.map(({ $ref }) => $ref!);
    return forms ? [{ name, forms }] : [];
  });
  if (!several) return [{ fields: fieldsOf(schema) }];
  return several.forms.map(($ref, i) => {
    const properties = { ...(i === 0 && schema.properties), [several.name]: { $ref } };
    return { form: i === 0 ? undefined : nameOf($ref), fields: fieldsOf({ ...schema, properties }) };
  });
}

/** Every operation that takes a body of JSON, out of the API document: a new field is tested from the day it is documented. */
export const writes: Write[] = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, operation]) => {
    const { requestBody } = operation as { requestBody?: { content: Partial<Record<string, { schema: BodySchema }>> } };
    const json = requestBody?.content['application/json'];
    if (!json) return [];
    const schema = resolved(json.schema);
    return formsOf(schema).map((form) => ({ operation: `${method.toUpperCase()} ${path}`, method, path, ...form }));
  }),
);

/** A piece of JSON as it is to be sent, where JSON.stringify would write it otherwise: `1e400`, `"\\ud800"`. */
export class Literal {
  constructor(readonly text: string) {}
}

/** The body as JSON, with another value at `pointer`; objects on the way are made where they are missing. */
export function jsonWith(body: object, pointer: string, value: unknown): string {
  if (!(value instanceof Literal)) return JSON.stringify(withValue(body, pointer, value));
  return JSON.stringify(withValue(body, pointer, '@literal@')).replace('"@literal@"', () => value.text);
}

function withValue(body: object, pointer: string, value: unknown): object {
  const [, key, ...rest] = pointer.split('/');
  const record = body as Record<string, unknown>;
  const below = rest.length === 0 ? value : withValue(record[key] ?? {}, `/${rest.join('/')}`, value);
  return { ...record, [key]: below };
}
