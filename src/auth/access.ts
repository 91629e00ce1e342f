import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Principal } from './principal';

declare global {
  // @types/express is extended by merging into this namespace; there is no module form of it
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** Set by the guard on every route that is not public. Controllers take it with `@Caller()`. */
      principal?: Principal;
    }
  }
}

/** What the guard reads off a route; nothing there means that only an admin may call it. */
export const Access = Reflector.createDecorator<'public' | 'workers' | 'monitors'>();

/** Opens a route, or every route of a controller, to anyone: no token is looked at. */
export const Public = (): MethodDecorator & ClassDecorator => Access('public');

/** Opens a route to workers beside admins. On methods only, so that a new route of the same controller starts closed. */
export const AllowWorkers = (): MethodDecorator => Access('workers');

/** Opens a route to whoever watches the service, beside admins. */
export const AllowMonitors = (): MethodDecorator => Access('monitors');

/** The Principal of the request, on any route that is not public. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<Request>();
  if (!principal) throw new Error('@Caller() stands on a public route, where nobody has been identified');
  return principal;
});
