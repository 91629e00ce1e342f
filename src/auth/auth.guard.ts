import { type CanActivate, type ExecutionContext, Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Problem } from '../common/problem';
import { Access } from './access';
import { AUTH_WAYS, type AuthWay, NotAnAdmin } from './auth-way';
import type { Principal } from './principal';
import { RefusalLog } from './refusal-log';
import { RefusedAttempts } from './refused-attempts';

const openTo = { workers: 'worker', monitors: 'monitor' } as const;

/**
 * The one guard, on every route: nothing is open unless its route says so. It is a guard and not middleware because Nest routes
 * HEAD to the GET handler and tolerates trailing slashes and case: what is decided per path can be walked around, what is decided
 * per handler cannot.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly logger = new Logger(AuthGuard.name);

  constructor(
    private readonly reflector: Reflector,
    @Inject(AUTH_WAYS) private readonly ways: AuthWay[],
    private readonly attempts: RefusedAttempts,
    @Optional() private readonly refusals?: RefusalLog,
  ) {}

  /** @throws Problem `unauthenticated`, `forbidden`, `auth-unavailable` or `too-many-requests`. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride(Access, [context.getHandler(), context.getClass()]);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const principal = await this.identify(request).catch(async (error: unknown) => {
      if (error instanceof NotAnAdmin && error.who) await this.refusals?.refused(error.who, context);
      throw error;
    });
    const allowed = principal.role === 'admin' || principal.role === (access && openTo[access]);
    if (!allowed) {
      this.refused(request, `${principal.via}: not open to the role ${principal.role}`);
      await this.refusals?.refused(principal, context);
      throw new Problem(
        'forbidden',
        `The token is one of a ${principal.role}, and this needs an admin: use a token of an admin.`,
      );
    }
    request.principal = principal;
    return true;
  }

  private async identify(request: Request): Promise<Principal> {
    const token = bearerToken(request);
    if (token === undefined) {
      this.refused(request, 'no usable bearer token');
      throw unauthenticated('Send exactly one header "Authorization: Bearer <token>".');
    }
    const mayAsk = () => this.attempts.mayAsk(request.ip);
    for (const way of this.ways) {
      const principal = await way.authenticate(token, mayAsk).catch((error: unknown) => {
        if (!isTooMany(error)) this.refused(request, `${way.name}: ${reasonOf(error)}`, !isUnavailable(error));
        throw error;
      });
      if (principal) return principal;
    }
    this.refused(request, 'no configured way knows the token');
    throw unauthenticated('The token is unknown, expired or revoked: sign in again, or ask for a new one.');
  }

  /**
   * One line per refused attempt: the way and the reason, and nothing that the caller chose.
   * @param counts false where it is no fault of the caller
   * @throws Problem too-many-requests, without a line, where there were too many
   */
  private refused(request: Request, reason: string, counts = true): void {
    if (counts) this.attempts.note(request.ip);
    this.logger.warn(`Refused a caller (${reason})`);
  }
}

/**
 * The only place a token is taken from; the address and the body are never looked at, because they end up in logs. Two headers
 * are refused rather than one of them chosen: a proxy in front might have checked the other.
 */
function bearerToken(request: Request): string | undefined {
  const values = request.headersDistinct.authorization;
  if (values?.length !== 1) return undefined;
  return /^bearer +([\x21-\x7e]{1,8192})$/i.exec(values[0])?.[1];
}

const unauthenticated = (detail: string): Problem =>
  new Problem('unauthenticated', detail, [], { headers: { 'WWW-Authenticate': 'Bearer' } });

const isTooMany = (error: unknown): boolean => error instanceof Problem && error.type === 'too-many-requests';
const isUnavailable = (error: unknown): boolean => error instanceof Problem && error.type === 'auth-unavailable';

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Problem)) return 'an unexpected error';
  return error.cause instanceof Error ? error.cause.message : error.type;
};
