/**
 * Everything that can go wrong on the wire: `name: [HTTP status, title, seconds for Retry-After]`. A name is stable and is the end
 * of `type` in the answer (RFC 9457). docs/errors.md explains each; a test holds the two together.
 */
export const problemTypes = {
  'bad-request': [400, 'The request is not valid'],
  'malformed-json': [400, 'The body is not valid JSON'],
  'bad-cursor': [400, 'The cursor is not one this list gave out'],
  'unknown-segment': [400, 'A segment named in the request does not exist'],
  unauthenticated: [401, 'A valid bearer token is needed'],
  forbidden: [403, 'The token may not do this'],
  'not-found': [404, 'There is nothing at this address'],
  'filter-not-found': [404, 'There is no such filter'],
  'segment-not-found': [404, 'There is no such segment'],
  'customer-not-found': [404, 'There is no such customer'],
  'campaign-not-found': [404, 'There is no such campaign'],
  'dispatch-not-found': [404, 'There is no such dispatch'],
  'schedule-not-found': [404, 'The campaign has no schedule'],
  'notification-not-found': [404, 'There is no such notification'],
  'inferred-preferences-not-found': [404, 'Nothing has been inferred of the customer'],
  'suppression-not-found': [404, 'There is no such suppression'],
  'webhook-not-found': [404, 'There is no such webhook'],
  'method-not-allowed': [405, 'The address does not take this method'],
  conflict: [409, 'The request contradicts what is stored'],
  'segment-cycle': [409, 'The rule leads back to its own segment'],
  'segment-inactive': [409, 'The rule refers to a segment that is not active'],
  'segment-in-use': [409, 'Other segments refer to this one'],
  'filter-not-available': [409, 'A filter of the rule cannot be asked of this database'],
  'campaign-inactive': [409, 'The campaign is not active'],
  'no-active-segment': [409, 'The campaign has no active segment'],
  'dispatch-in-progress': [409, 'The campaign is being dispatched already'],
  'campaign-expired': [409, 'The campaign may not be sent any more'],
  'audience-moved': [409, 'The audience is not as large as expected'],
  'dispatch-over': [409, 'The dispatch cannot do that any more'],
  'lease-lost': [409, 'The lease has ended'],
  'webhook-inactive': [409, 'The webhook is not active'],
  'notification-settled': [409, 'The notification was settled otherwise already'],
  'idempotency-key-in-use': [409, 'A request with this Idempotency-Key is under way', 1],
  'precondition-failed': [412, 'It was changed by somebody else'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body is not of the type that is taken here'],
  'idempotency-key-reused': [422, 'The Idempotency-Key belongs to another request'],
  'nothing-to-infer-from': [422, 'The customer has bought nothing that says anything'],
  'draft-not-usable': [422, 'The model did not produce a usable draft'],
  'precondition-required': [428, 'The edit must say which version it changes'],
  'too-many-requests': [429, 'Too many requests', 1],
  'internal-error': [500, 'The service failed'],
  'model-answer-invalid': [502, 'The model answered what cannot be used'],
  'model-busy': [503, 'Too many are asking the model', 10],
  'model-unavailable': [503, 'The model cannot be reached', 10],
  'model-missing': [503, 'The model is not installed', 60],
  'model-too-slow': [503, 'The model did not answer in time', 30],
  'database-unavailable': [503, 'The database cannot be reached', 5],
  'database-busy': [503, 'The database is too busy for this', 2],
  'rule-too-heavy': [503, 'The rule took too long to answer', 30],
  'index-not-available': [503, 'The column index cannot answer this', 10],
  'statement-too-slow': [503, 'The question took too long to answer', 30],
  'auth-unavailable': [503, 'The token cannot be checked at the moment', 5],
  'too-many-listeners': [503, 'Too many are listening already', 10],
  overloaded: [503, 'The service has more to do than it can', 2],
  'shutting-down': [503, 'This replica is stopping', 1],
} as const satisfies Record<string, readonly [status: number, title: string, retryAfterSeconds?: number]>;

export type ProblemType = keyof typeof problemTypes;

/** What can go wrong wherever the model drafts something. */
export const modelProblems = [
  'draft-not-usable',
  'model-answer-invalid',
  'model-busy',
  'model-unavailable',
  'model-missing',
  'model-too-slow',
] as const;

/** One field that is wrong: a JSON pointer into the body (`/filters/last_days`) or to the parameter (`/limit`), and why. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** Services throw this; `ProblemFilter` alone knows how it looks on the wire. `detail` is read by people: say what to do. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly retryAfterSeconds?: number;

  constructor(
    readonly type: ProblemType,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    options?: ErrorOptions & { headers?: Record<string, string>; members?: object },
  ) {
    super(`${type}: ${detail}`, options);
    const [status, title, retryAfterSeconds] = problemTypes[type] as readonly [number, string, number?];
    this.status = status;
    this.title = title;
    this.retryAfterSeconds = retryAfterSeconds;
    this.headers = options?.headers ?? {};
    this.members = options?.members ?? {};
  }

  /** Headers the status demands, such as `Allow` with 405. */
  readonly headers: Record<string, string>;
  /** What `detail` says, for programs: members that the answer has beside its own (RFC 9457, section 3.2). */
  readonly members: object;
}

/** The commonest problem: one field is wrong. */
export const badField = (pointer: string, detail: string): Problem =>
  new Problem('bad-request', `${pointer.slice(1) || 'The body'}: ${detail}`, [{ pointer, detail }]);
