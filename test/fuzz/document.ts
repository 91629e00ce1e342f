import { openapi } from '../support/contract';

export type Schema = boolean | SchemaObject;
export interface SchemaObject {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: SchemaObject;
}

/** What can be asked for, as the document says it. */
export interface Operation {
  readonly method: string;
  /** `/segments/{segment_id}` */
  readonly template: string;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly mediaType: string; readonly schema: SchemaObject; readonly required: boolean };
  /** Nobody need say who they are. */
  readonly isPublic: boolean;
  /** It answers for as long as there is something to say. */
  readonly streams: boolean;
}

interface DocumentedOperation {
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: SchemaObject }> };
  responses: Record<string, { content?: Record<string, unknown> }>;
  security?: unknown[];
}

const paths = openapi.paths as unknown as Record<string, Record<string, DocumentedOperation>>;

export const operations: readonly Operation[] = Object.entries(paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, { parameters = [], requestBody, responses, security }]) => {
    const [content] = Object.entries(requestBody?.content ?? {});
    return {
      method: method.toUpperCase(),
      template,
      parameters,
      body: content && { mediaType: content[0], schema: content[1].schema, required: requestBody?.required === true },
      isPublic: security?.length === 0,
      streams: Object.keys(responses['200']?.content ?? {}).join() === 'text/event-stream',
    };
  }),
);

/** What a reference of the document refers to. */
export function referred(ref: string): SchemaObject {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  const schema = openapi.components.schemas[name] as SchemaObject | undefined;
  if (!schema) throw new Error(`${ref} is not in the document`);
  return schema;
}
