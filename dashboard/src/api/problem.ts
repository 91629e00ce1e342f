import type { components } from './schema';

type ProblemBody = components['schemas']['ProblemView'];

/** What came instead of an answer: the service's problem (RFC 9457), or that there was no answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** The last word of the problem's type, such as `segment-not-found`; `offline` where the service did not answer. */
    readonly type: string,
    /** 0 where the service did not answer. */
    readonly status: number,
    readonly detail: string,
    readonly errors: NonNullable<ProblemBody['errors']>,
    readonly body: Partial<ProblemBody> & Record<string, unknown>,
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(detail);
  }

  /** What is wrong with one field of the body, `/name` or anything below it; undefined where nothing is. */
  fieldError(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer || error.pointer?.startsWith(`${pointer}/`))?.detail;
  }

  /** Worth asking again for: nothing is wrong with the request. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export const offline = (cause: unknown): ApiProblem =>
  Object.assign(new ApiProblem('offline', 0, 'The service does not answer.', [], {}, undefined), { cause });

export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody> & Record<string, unknown>;
  const retryAfter = Number(response.headers.get('Retry-After'));
  return new ApiProblem(
    body.type?.split(':').pop() ?? 'unexpected',
    response.status,
    body.detail ?? body.title ?? `HTTP ${response.status}`,
    body.errors ?? [],
    body,
    retryAfter > 0 ? retryAfter : undefined,
  );
}
