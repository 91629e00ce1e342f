import { Problem } from '../common/problem';
import type { Principal } from './principal';

/** One way to authenticate. The guard asks the configured ones in order until one knows the token. */
export interface AuthWay {
  readonly name: Principal['via'];
  /**
   * @param token what stood behind `Bearer`: 1 to 8,192 visible ASCII characters.
   * @param mayAsk called before anybody else is asked about the token. What it throws ends the attempt.
   * @returns the caller, or undefined when this way does not know the token or finds it invalid.
   * @throws Problem `forbidden` when the token is valid but its role is not allowed; `auth-unavailable` when it cannot be checked.
   */
  authenticate(token: string, mayAsk?: () => void): Promise<Principal | undefined>;
}

/** Injection token of the configured ways: `AuthWay[]`, in the order they are asked. */
export const AUTH_WAYS = Symbol('AUTH_WAYS');

/** What a role claim must be, to the letter: `["admin"]`, `Admin` and `true` are not it. */
export const isAdminRole = (role: unknown): boolean => role === 'admin';

/** An id goes into answers and logs: printable, 1 to 200 characters. A whole number is taken as its digits. */
export function idFrom(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u.test(text) ? text : undefined;
}

/** The caller is known, and no admin. */
export class NotAnAdmin extends Problem {
  /** @param who undefined where nothing usable names the caller. */
  constructor(readonly who?: Pick<Principal, 'id' | 'via'>) {
    super('forbidden', 'The token is valid but does not carry the role admin: ask for that role, or use another token.');
  }
}

/** @param reason for the log only: a code or a few words, never an error object, which may hold the request and so the token. */
export const authUnavailable = (reason: string): Problem =>
  new Problem(
    'auth-unavailable',
    'The token cannot be checked right now, so nobody is let in: try again in a few seconds.',
    [],
    {
      cause: new Error(reason),
    },
  );
