import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

/** An AbortSignal that is aborted when the connection of the request ends, before its answer or after: work for it can stop. */
export const CallerGone = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const gone = new AbortController();
  const response = context.switchToHttp().getResponse<Response>();
  // Not the request's 'close': that comes as soon as its body has been read.
  response.once('close', () => gone.abort());
  if (response.closed) gone.abort(); // while the token was looked up
  return gone.signal;
});
