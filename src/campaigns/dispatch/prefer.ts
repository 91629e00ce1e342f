import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';

const DEFAULT_SECONDS = 10;
const MOST_SECONDS = 60;

/**
 * How many seconds the caller would wait for the end of what it starts: `Prefer: wait=N` or `Prefer: respond-async` (RFC 7240), 10 where
 * nothing is said, 60 at most. A preference that is not understood is none, as the RFC has it. What is applied is told in the answer.
 */
export const PreferredWait = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const http = context.switchToHttp();
  const { headers } = http.getRequest<Request>();
  const preferences = String(headers.prefer ?? '').split(',', 20);
  for (const preference of preferences) {
    const known = /^\s*(?:wait\s*=\s*"?(\d{1,6})"?|respond-async)\s*(?:;.*)?$/i.exec(preference);
    if (!known) continue;
    const seconds = known[1] === undefined ? 0 : Math.min(Number(known[1]), MOST_SECONDS);
    http
      .getResponse<Response>()
      .setHeader('Preference-Applied', known[1] === undefined ? 'respond-async' : `wait=${seconds}`);
    return seconds;
  }
  return DEFAULT_SECONDS;
});
