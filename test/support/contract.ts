import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import addFormats from 'ajv-formats';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import type { Response } from 'supertest';

interface Schema {
  type?: unknown;
  properties?: Record<string, unknown>;
  additionalProperties?: unknown;
}
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }>; headers?: Record<string, unknown> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** The committed document: the one clients read. CI holds it against the code. */
export const openapi = JSON.parse(readFileSync(join(__dirname, '../../openapi.json'), 'utf8')) as Document;

/** Headers that say something; the rest belongs to HTTP. */
const OURS = [
  'link',
  'x-total-count',
  'x-data-source',
  'x-data-as-of',
  'etag',
  'location',
  'retry-after',
  'x-request-id',
  'preference-applied',
  'idempotency-replayed',
];

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'openapi.json', components: strict(openapi.components) });
const validators = new Map<string, ValidateFunction>();

/** An answer, whoever asked for it. `body` is the parsed one where it is JSON. */
export interface Answer {
  readonly method: string;
  readonly pathname: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: unknown;
}

/** Throws when an answer is not what the document says. */
export function checkContract(response: Response): void {
  const { method, path, url } = response.request as unknown as { method: string; path?: string; url: string };
  const pathname = (path ?? new URL(url).pathname).split('?')[0];
  const { status, text, body } = response;
  checkAnswer({ method, pathname, status, headers: response.headers, text, body });
}

/** Throws when an answer is not what the document says: its status, its media type, every field of its body, its headers. */
export function checkAnswer(response: Answer): void {
  const { method, pathname } = response;
  if (pathname === '/docs' || pathname === '/openapi.json') return;
  const templates = Object.keys(openapi.paths).filter((candidate) => matches(candidate, pathname));
  const template = templates.find((candidate) => method.toLowerCase() in openapi.paths[candidate]); // PATCH /segments/filters is of an id
  const operation = template && openapi.paths[template][method.toLowerCase()];
  if (method === 'HEAD' && response.status < 400) return; // what GET says, without its body
  if (!operation) {
    // an address that is not documented refuses everybody
    if (![400, 401, 403, 404, 405, 413, 415].includes(response.status))
      fail(`answered ${response.status}, and is not documented`);
    return check('ProblemView', { $ref: 'openapi.json#/components/schemas/ProblemView' }, response.body);
  }
  if (response.status === 304) return;
  const documented = operation.responses[String(response.status)];
  if (!documented) fail(`answered ${response.status}, which is not documented`);
  for (const header of OURS) {
    const known = Object.keys(documented.headers ?? {}).some((name) => name.toLowerCase() === header);
    const alwaysKnown = header === 'retry-after' && response.status === 503;
    if (response.headers[header] !== undefined && !known && !alwaysKnown) fail(`sent ${header}, which is not documented`);
  }
  const mediaType = (response.headers['content-type'] as string | undefined)?.split(';')[0] ?? '';
  const content = documented.content?.[mediaType];
  if (!documented.content) return response.text ? fail('has a body, which is not documented') : undefined;
  if (!content) return fail(`answered ${mediaType}, which is not documented`);
  check(
    `${method} ${template} ${response.status} ${mediaType}`,
    local(content.schema),
    mediaType.startsWith('text/') ? response.text : response.body,
  );

  function fail(what: string): never {
    throw new Error(`Contract: ${method} ${pathname} ${what}: ${response.text}`);
  }
}

function check(name: string, schema: object, body: unknown): void {
  const validate = validators.get(name) ?? ajv.compile(strict(schema) as object);
  validators.set(name, validate);
  if (!validate(body)) throw new Error(`Contract: ${name}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`);
}

const matches = (template: string, path: string) =>
  new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}/?$`, 'i').test(path);

/** References into the document, from a schema outside it. */
const local = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi.json#/components')) as object;

/** No undocumented field in an answer, and none left out silently: objects are closed unless the document opens them. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)])) as Schema;
  const isObjectSchema = copy.properties !== undefined && typeof copy.properties === 'object' && copy.type === 'object';
  return isObjectSchema && copy.additionalProperties === undefined ? { ...copy, additionalProperties: false } : copy;
}
