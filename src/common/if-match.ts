import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from './problem';

/** The version an edit is for, or 'any' for `If-Match: *`. */
export type ExpectedVersion = number | 'any';

/** `If-Match`, with which an edit says what it saw: two people who edit the same thing cannot undo each other unknowingly. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): ExpectedVersion => {
  const expected = expectedVersion(context);
  if (expected !== undefined) return expected;
  throw new Problem(
    'precondition-required',
    'Send If-Match with the ETag you read, or If-Match: * to overwrite whatever is there.',
  );
});

/** `If-Match` where it may be left out. */
export const OptionalIfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): ExpectedVersion => expectedVersion(context) ?? 'any',
);

function expectedVersion(context: ExecutionContext): ExpectedVersion | undefined {
  const header = context.switchToHttp().getRequest<Request>().headers['if-match'];
  if (header === undefined) return undefined;
  if (header === '*') return 'any';
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  return version === undefined ? -1 : Number(version); // an ETag we never gave out matches nothing
}

export const changedMeanwhile = (what: string) =>
  new Problem('precondition-failed', `The ${what} was changed since you read it. Read it again and repeat the edit.`);
