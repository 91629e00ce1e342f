import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { problemFromDatabase } from '../database/pg-errors';
import { type FieldError, Problem, type ProblemType } from './problem';

/** Room for the list of wrong fields in an answer, in bytes. */
const MAX_ERRORS_BYTES = 16_384;

/** What errors of Express and Nest mean, by their HTTP status. */
const byStatus: Readonly<Record<number, readonly [ProblemType, string]>> = {
  400: ['bad-request', 'The request cannot be read.'],
  404: ['not-found', 'There is nothing at this address.'],
  413: [
    'body-too-large',
    'A body may have at most 100 KB, of a segment 512 KB, of an import 10 MB, also after it is unpacked.',
  ],
  415: [
    'unsupported-media-type',
    'Send the body as application/json, an import as text/csv, in UTF-8, unpacked or as gzip, deflate or br.',
  ],
};

const logger = new Logger('ProblemFilter');

/** The error as a problem; logged where it is a fault of this side. Nothing of what is below it leaks out. */
export function reported(error: unknown, request: Request): Problem {
  const problem = problemFrom(error);
  if (problem.status >= 500 && problem.type !== 'overloaded')
    // which is no fault, and too often to say each time: it is counted
    logger.error(
      { request_id: request.id, trace_id: request.trace?.traceId, problem: problem.type, err: problem.cause ?? error },
      problem.message,
    );
  return problem;
}

/** The problem as it is said on the wire (RFC 9457). */
export const problemView = (problem: Problem, request: Request): object => ({
  type: `urn:crm-service:problem:${problem.type}`,
  title: problem.title,
  status: problem.status,
  detail: problem.detail,
  instance: request.path,
  request_id: request.id,
  ...problem.members,
  ...(problem.errors.length > 0 && { errors: fitting(problem.errors) }),
});

/** Turns every error into `application/problem+json`. Nothing below it knows HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const request = http.getRequest<Request>();
    if (response.closed && isAborted(error)) return; // the caller left, which ended the work for it
    const problem = reported(error, request);
    if (response.headersSent) return void response.destroy();
    response.removeHeader('Preference-Applied'); // what is refused follows none
    if (problem.retryAfterSeconds) response.setHeader('Retry-After', String(problem.retryAfterSeconds));
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemView(problem, request)));
  }
}

const isAborted = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const fromDatabase = problemFromDatabase(error);
  if (fromDatabase) return fromDatabase;
  const { status, type } = httpError(error);
  if (type === 'entity.parse.failed' || type === 'entity.verify.failed')
    return new Problem('malformed-json', 'The body is not valid JSON in UTF-8.');
  const known = status === undefined ? undefined : byStatus[status];
  if (known) return new Problem(known[0], known[1]);
  return new Problem(
    'internal-error',
    'The service failed, and the failure was logged. Quote request_id when you report it.',
    [],
    { cause: error },
  );
}

/** Errors of Express's body parser and router carry a status and a type; Nest wraps some of them in an HttpException. */
function httpError(error: unknown): { status?: number; type?: string } {
  if (error instanceof HttpException) return { ...httpError(error.cause), status: error.getStatus() };
  if (!(error instanceof Error)) return {};
  const { status, type } = error as Error & { status?: unknown; type?: unknown };
  return { status: typeof status === 'number' ? status : undefined, type: typeof type === 'string' ? type : undefined };
}

function fitting(errors: FieldError[]): FieldError[] {
  let bytes = 0;
  return errors.filter((error) => (bytes += Buffer.byteLength(JSON.stringify(error))) <= MAX_ERRORS_BYTES);
}
