import { openapi } from './contract';

/** The part of JSON Schema that the API document uses for request bodies. */
interface BodySchema {
  $ref?: string;
  allOf?: BodySchema[];
  type?: string | string[];
  format?: string;
  properties?: Record<string, BodySchema>;
  items?: BodySchema;
  minLength?: number;
  maxLength?: number;
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
  fields: BodyField[];
}

const resolved = (schema: BodySchema): BodySchema => {
  const ref = schema.$ref ?? schema.allOf?.[0].$ref;
  return ref ? (openapi.components.schemas[ref.split('/').at(-1)!] as BodySchema) : schema;
};

function fieldsOf(schema: BodySchema, parent = ''): BodyField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const found = resolved(property);
    const types = [found.type ?? []].flat();
    const pointer = `${parent}/${name}`;
    const type = types.find((one) => one !== 'null') ?? '';
    return [{ pointer, type, nullable: types.includes('null'), schema: found }, ...fieldsOf(found, pointer)];
  });
}

/** Every operation that takes a body, out of the API document: a new field is tested from the day it is documented. */
export const writes: Write[] = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, operation]) => {
    const { requestBody } = operation as { requestBody?: { content: Record<string, { schema: BodySchema }> } };
    if (!requestBody) return [];
    const schema = resolved(requestBody.content['application/json'].schema);
    return [{ operation: `${method.toUpperCase()} ${path}`, method, path, fields: fieldsOf(schema) }];
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
