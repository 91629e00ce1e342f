import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { apiTags } from './api-tags';
import { REFUSALS } from './common/api-docs';
import { type ProblemType, problemTypes } from './common/problem';
import { ProblemView } from './common/problem.dto';
import { ruleSchema, ruleShapes } from './segments/rules/rule.dto';
import { name, version } from './version';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = Operation['responses'][string];

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;
const isPublic = (path: string) => path === '/' || /^\/(health|unsubscribe\/)/.test(path);

/** The API document (OpenAPI 3.1) out of the code, with what every operation shares: security, problems, the request id. */
export function apiDocument(app: INestApplication): OpenAPIObject {
  const skeleton = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(name)
    .setVersion(version)
    .setDescription('Segments, campaigns and notifications over the customers and purchases you already have in PostgreSQL.')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque, or a JSON Web Token' }, 'bearer')
    .addSecurityRequirements('bearer')
    .build();
  delete skeleton.info.contact; // the builder's is empty
  const document = SwaggerModule.createDocument(app, skeleton, {
    extraModels: [ProblemView, ...ruleShapes],
    operationIdFactory: (controller, method) => `${controller.replace('Controller', '').toLowerCase()}.${method}`,
  });
  document.components!.schemas!.Rule = ruleSchema;
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) if (item[method]) complete(method, path, item[method]);
  const paths = Object.keys(document.paths);
  document.tags = apiTags
    .filter((tag) => paths.some((path) => tagOf(path) === tag))
    .map(({ name: tagName, description }) => ({ name: tagName, description }));
  for (const [schemaName, schema] of Object.entries(document.components?.schemas ?? {})) {
    if (!('type' in schema)) continue;
    if (isRequestBody(schemaName)) schema.additionalProperties = false; // what it does not list is refused
    // the compiler plugin takes a mapped type for an object of anything; the class named beside it says more
    for (const property of Object.values(schema.properties ?? {})) {
      if ('allOf' in property) delete property.additionalProperties;
      if ('items' in property) delete property.format; // it puts the format of the items on the list as well
    }
  }
  return document;
}

const tagOf = (path: string) => apiTags.find(({ paths }) => paths.test(path));

const isRequestBody = (schemaName: string) =>
  /^(Create|Update|Mark|Generate)[A-Z]|Request$|^(FilterSet|FrequencyCap)$|^(All|Any|Not|Segment)Rule$/.test(schemaName);

/** Said of every POST. What a key does: src/idempotency/ */
const IDEMPOTENCY_KEY: NonNullable<Operation['parameters']>[number] = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    "A name of this request, of the caller's making: repeated with it, within 24 hours, the request has its effect once and its first answer. Printable ASCII, bare or in double quotes.",
  schema: { type: 'string', minLength: 16, maxLength: 255, example: '0b6c8e0e-9d0f-4b0c-8d5d-2f0b4d9a7c11' },
};
const REPLAYED = {
  'Idempotency-Replayed': {
    description: '`true` where this is the answer to an earlier request with the same key. Absent otherwise.',
    schema: { type: 'string' as const, enum: ['true'] },
  },
};

function complete(method: (typeof METHODS)[number], path: string, operation: Operation): void {
  if (method === 'post') (operation.parameters ??= []).push(IDEMPOTENCY_KEY);
  if (isPublic(path)) operation.security = [];
  operation.tags = [tagOf(path)?.name ?? 'Service'];
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter) || parameter.in !== 'path') continue;
    const isUuid = ['segment_id', 'campaign_id', 'user_id', 'webhook_id'].includes(parameter.name);
    parameter.schema = isUuid ? { type: 'string', format: 'uuid' } : { type: 'string', maxLength: 100 };
    const [, thing, what = 'id'] = /^(.*?)(?:_(id|key))?$/.exec(parameter.name)!;
    parameter.description = `The ${what} of the ${thing}.`;
  }
  if (operation.requestBody && 'required' in operation.requestBody) operation.requestBody.required &&= mustHaveBody(path);

  const types = problemsOf(method, path, operation);
  const statuses = new Set(types.map((type) => problemTypes[type][0]));
  operation.responses = {
    ...operation.responses,
    ...Object.fromEntries(
      [...statuses].map((status) => [status, problemResponse(types.filter((type) => problemTypes[type][0] === status))]),
    ),
  };
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response || !('description' in response)) continue;
    response.description ||= 'Done.';
    response.headers = {
      ...response.headers,
      ...(method === 'post' && status.startsWith('2') && REPLAYED),
      'X-Request-Id': { description: 'Name of this request in the log.', schema: { type: 'string' } },
    };
  }
}

/** The model is all that an address below /ai/ needs, without a key. */
const asksDatabase = (method: string, path: string) => !isPublic(path) && (!path.startsWith('/ai/') || method === 'post');

/** Where a rule is asked of the customers. */
const asksRules = (path: string) => /^\/(segments|campaigns)\/.*(preview|count|users|explain|overlap|dispatch$)/.test(path);

/** These writes take a body, but may be sent without one at all. */
const mustHaveBody = (path: string) => !/\/(dispatch|mark-sent|mark-failed)$/.test(path);

/** What an operation can answer instead: what its @Refuses names, and what comes with a body, with parameters, with the guard. */
function problemsOf(method: string, path: string, operation: Operation): ProblemType[] {
  const own = (operation as { [REFUSALS]?: ProblemType[] })[REFUSALS] ?? [];
  delete (operation as { [REFUSALS]?: ProblemType[] })[REFUSALS];
  const parameters = (operation.parameters ?? []).map((parameter) => ('name' in parameter ? parameter.name : ''));
  const when = (holds: boolean, ...types: ProblemType[]) => (holds ? types : []);
  const takesBody = operation.requestBody !== undefined;
  const takesJson = takesBody && 'application/json' in (operation.requestBody as { content: object }).content;
  const all: ProblemType[] = [
    'bad-request', // of every address: a query string may have keys that nobody takes
    ...when(takesJson, 'malformed-json'),
    ...when(takesBody, 'body-too-large', 'unsupported-media-type'),
    ...when(parameters.includes('cursor'), 'bad-cursor'),
    ...when(!isPublic(path), 'unauthenticated', 'forbidden', 'auth-unavailable', 'too-many-requests', 'overloaded'),
    ...when(asksRules(path), 'filter-not-available'),
    ...when(asksDatabase(method, path), 'database-unavailable', 'database-busy', 'statement-too-slow'),
    ...own,
    ...when(method === 'post', 'idempotency-key-in-use', 'idempotency-key-reused'),
    'internal-error',
  ];
  return [...new Set(all)];
}

function problemResponse(types: ProblemType[]): Response {
  const status = problemTypes[types[0]][0];
  const retryAfter = {
    'Retry-After': { description: 'Seconds to wait before trying again.', schema: { type: 'integer' as const } },
  };
  const challenge = { 'WWW-Authenticate': { description: 'How to authenticate.', schema: { type: 'string' as const } } };
  return {
    description: types.map((type) => `\`${type}\`: ${problemTypes[type][1]}.`).join(' '),
    headers: { ...(types.some((type) => problemTypes[type].length > 2) && retryAfter), ...(status === 401 && challenge) },
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemView' } } },
  };
}

/** `/openapi.json`, and a page at `/docs` to read and try it. */
export function serveApiDocument(app: INestApplication): void {
  SwaggerModule.setup('docs', app, apiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: name,
  });
}
