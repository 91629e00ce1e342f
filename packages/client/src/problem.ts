import type { Schema } from './operations';
import { retryAfterSeconds } from './retry-after';

type Problem = Schema<'ProblemView'>;
type CodeOf<Type> = Type extends `urn:crm-service:problem:${infer Code}` ? Code : never;
/** The last word of a problem's type: `lease-lost`, `audience-moved`. docs/errors.md says what each means. */
export type ProblemCode = CodeOf<Problem['type']>;

/** The service refused a request, or could not answer it (RFC 9457). What was refused changed nothing. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** HTTP status, 300…599. */
    readonly status: number,
    /** What kind it is; `unexpected` where the answer is not the service's, but a proxy's, say. */
    readonly code: ProblemCode | 'unexpected',
    /** The whole problem; nothing where the answer is not the service's. */
    readonly body: Partial<Problem>,
    /** When to ask again, where the answer says so. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(body.detail ?? `HTTP ${status}`);
  }

  /** The fields that are wrong, at most 50. */
  get errors(): NonNullable<Problem['errors']> {
    return this.body.errors ?? [];
  }

  /** Nothing is wrong with the request: the same one may succeed a little later. */
  get isPassing(): boolean {
    if (this.status === 502) return this.code === 'unexpected';
    return [408, 429, 503, 504].includes(this.status) || this.code === 'idempotency-key-in-use';
  }

  /** Something is wrong with the request, its token or its address: the same one is refused again. */
  get isFault(): boolean {
    return this.status < 500 && !this.isPassing && this.code !== 'lease-lost';
  }

  static async of(response: Response): Promise<ApiProblem> {
    const body = (await response.json().catch(() => ({}))) as Partial<Problem>;
    const code = (/^urn:crm-service:problem:(.+)$/.exec(body?.type ?? '')?.[1] ?? 'unexpected') as
      ProblemCode | 'unexpected';
    return new ApiProblem(response.status, code, code === 'unexpected' ? {} : body, retryAfterSeconds(response.headers));
  }
}

/** There was no answer, or not all of it: nobody knows whether the request had its effect. `cause` is what was met. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}
