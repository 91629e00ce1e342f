import { Body, Param, ParseUUIDPipe, Query, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { pointerToken } from './json-guard';
import { badField } from './problem';

/**
 * The body of a write that takes none, or an empty object: `@NoBody() _body: unknown`. A field somebody believes in is refused.
 * Not a DTO class: class-validator holds a class without fields for an unknown value.
 */
export const NoBody = () => Body(nothing('this takes no body'));

/** The query string of a write that takes none, where a parameter that is ignored would do harm: `@NoQuery() _query: unknown`. */
export const NoQuery = () => Query(nothing('this takes no parameters in its address'));

const nothing = (why: string): PipeTransform => ({
  transform(fields: unknown) {
    const [field] = Object.keys(fields ?? {});
    if (field !== undefined) throw badField(`/${pointerToken(field)}`, `is not a known field: ${why}`);
    return {};
  },
});

/** A path parameter that is a uuid, in the one form PostgreSQL writes: it is compared as text too. `@Id('segment_id') id: string` */
export const Id = (name: string) =>
  Param(name, new ParseUUIDPipe({ exceptionFactory: () => badField(`/${name}`, 'must be a uuid') }), lowerCase);

/** The id of a customer in the path: whatever PostgreSQL takes for a uuid, since the ids of customers are not ours and need not follow RFC 9562. */
export const CustomerId = () => Param('user_id', anyUuid);

const anyUuid: PipeTransform<string, string> = {
  transform(id) {
    if (!isUUID(id, 'loose')) throw badField('/user_id', 'must be a uuid');
    return id.toLowerCase();
  },
};

const lowerCase: PipeTransform<string, string> = { transform: (id) => id.toLowerCase() };
