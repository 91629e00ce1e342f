/** Who is calling. An admin may do everything; a worker only what is marked `@AllowWorkers()`, a monitor `@AllowMonitors()`. */
export interface Principal {
  /**
   * Never a secret. For a static token `token:` and the first 8 hex digits of its SHA-256, for the auth service its `id`, for a
   * JWT its `sub`: two ways may give the same id, so a record of who did what keeps `via` beside it.
   */
  id: string;
  role: 'admin' | 'worker' | 'monitor';
  via: 'token' | 'auth-service' | 'jwt';
}

/** Names a principal in a record, so that no two ways to authenticate can give the same name. */
export const nameOf = ({ id, via }: Pick<Principal, 'id' | 'via'>): string => (via === 'token' ? id : `${via}:${id}`);
