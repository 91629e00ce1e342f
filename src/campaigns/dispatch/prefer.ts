import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';

const DEFAULT_SECONDS = 10;
const MOST_SECONDS = 60;

const WAIT = /^wait\s*=\s*"?(\d{1,6})"?$/i;
const RESPOND_ASYNC = /^respond-async$/i;

/**
 * How many seconds the caller would wait for the end of what it starts: `Prefer: wait=N`, 10 where nothing is said, 60 at most;
 * `Prefer: respond-async` does not wait, and with `wait=N` no longer than that (RFC 7240, section 4.3). A preference that is not understood
 * is none, as the RFC has it. What is applied is told in the answer.
 */
export const PreferredWait = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const http = context.switchToHttp();
  const { headers } = http.getRequest<Request>();
  const preferences = String(headers.prefer ?? '')
    .split(',', 20)
    .map((preference) => preference.split(';', 1)[0].trim());
  const wait = preferences.map((preference) => WAIT.exec(preference)?.[1]).find((seconds) => seconds !== undefined);
  const isAsync = preferences.some((preference) => RESPOND_ASYNC.test(preference));
  const seconds = wait === undefined ? 0 : Math.min(Number(wait), MOST_SECONDS);
  const applied = [...(isAsync ? ['respond-async'] : []), ...(wait === undefined ? [] : [`wait=${seconds}`])];
  if (applied.length === 0) return DEFAULT_SECONDS;
  http.getResponse<Response>().setHeader('Preference-Applied', applied.join(', '));
  return seconds;
});
