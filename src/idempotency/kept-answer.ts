import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { onTheWire } from '../common/answer';

/** An answer as it went over the wire. */
export interface KeptAnswer {
  readonly status: number;
  /** What the handler said in headers; not what every answer has, such as X-Request-Id. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON to the letter; null where there is no body. */
  readonly body: string | null;
}

/** Said with the answer to a request that had its effect before. */
export const REPLAYED = { 'Idempotency-Replayed': 'true' } as const;

/** What the answer of a handler comes to on the wire, when Nest has set the status of its route. */
export function keptAnswer(answer: unknown, request: Request): KeptAnswer {
  const response = request.res!;
  const { status = response.statusCode, body, headers } = onTheWire(answer, request);
  const preference = response.getHeader('Preference-Applied'); // it comes of the request, not with the answer
  return {
    status,
    headers: { ...(preference !== undefined && { 'Preference-Applied': String(preference) }), ...headers },
    body: body === null || body === undefined ? null : JSON.stringify(body),
  };
}

/** Ends a request whose answer is known already. Thrown, because whoever finds it stands below a handler that waits for something else. */
export class AnsweredBefore extends Error {
  constructor(readonly answer: KeptAnswer) {
    super('It has been answered before');
  }
}

/** Answers what was answered before, and says so. */
@Catch(AnsweredBefore)
export class AnsweredBeforeFilter implements ExceptionFilter<AnsweredBefore> {
  catch({ answer: { status, headers, body } }: AnsweredBefore, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(status).set({ ...headers, ...REPLAYED });
    if (body === null) response.end();
    else response.type('application/json').send(body);
  }
}
