import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiExtension,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  type ApiResponseOptions,
} from '@nestjs/swagger';
import type { ProblemType } from './problem';

type Headers = NonNullable<ApiResponseOptions['headers']>;
type Items = { type: Type | [Type] } | { schema: Extract<ApiResponseOptions, { schema: unknown }>['schema'] };

const ETAG: Headers = {
  ETag: { description: 'Version; what If-Match of an edit must repeat.', schema: { type: 'string', example: '"3"' } },
};
const LOCATION: Headers = { Location: { description: 'Address of what was created.', schema: { type: 'string' } } };
const PAGING: Headers = {
  Link: { description: 'rel="next": the next page (RFC 8288). Absent on the last one.', schema: { type: 'string' } },
  'X-Total-Count': {
    description: 'How many there are in all. Absent with total=false.',
    schema: { type: 'integer', minimum: 0 },
  },
};

/** 200 with one resource and its ETag. */
export const AnswersVersioned = (type: Type) => ApiOkResponse({ type, headers: ETAG });

/** 201 with what was created, its address and its ETag. */
export const AnswersCreated = (type: Type) => ApiCreatedResponse({ type, headers: { ...LOCATION, ...ETAG } });

/** 201 with what was created and its address, or 200 with what was there and was replaced; without versions. */
export const AnswersStored = (type: Type) =>
  applyDecorators(
    ApiCreatedResponse({ type, headers: LOCATION, description: 'Created.' }),
    ApiOkResponse({ type, description: 'It was there, and is replaced.' }),
  );

const READ: Headers = {
  'X-Data-Source': { description: 'Where it was computed.', schema: { type: 'string', enum: ['index', 'database'] } },
  'X-Data-As-Of': {
    description: 'The instant up to which customers and purchases were known: what was written later is not in it.',
    schema: { type: 'string', format: 'date-time' },
  },
};

/** 200 with a plain array; paging in headers. `computed` where figures in it may be computed from customers and purchases. */
export const AnswersPage = (items: Items & { computed?: true }) =>
  ApiOkResponse({
    ...('type' in items ? { type: items.type, isArray: true } : { schema: { type: 'array', items: items.schema } }),
    headers: { ...PAGING, ...(items.computed && READ) },
  });

/** 200 with figures computed from customers and purchases. */
export const AnswersComputed = (type: Type) => ApiOkResponse({ type, headers: READ });

/** Schema of a property that may be anything; of its docstring only what is repeated beside it is kept. */
export const ANY_JSON = { anyOf: ['string', 'number', 'boolean', 'array', 'object', 'null'].map((type) => ({ type })) };

/** Where @Refuses leaves its list for the API document. */
export const REFUSALS = 'x-problems';

/** The problems an operation has beyond those that all share. */
export const Refuses = (...types: ProblemType[]) => ApiExtension(REFUSALS, types);

/** 204: done, and nothing to say. */
export const AnswersNothing = () => ApiNoContentResponse({ description: 'Done.' });

/** The If-Match of an edit. */
export const TakesIfMatch = (required: boolean) =>
  ApiHeader({
    name: 'If-Match',
    required,
    description: 'The ETag that was read, or * for whatever is there.',
    schema: { type: 'string', example: '"3"' },
  });

/** No body, or an empty object. */
export const TakesNoBody = () => ApiBody({ required: false, schema: { type: 'object', additionalProperties: false } });
