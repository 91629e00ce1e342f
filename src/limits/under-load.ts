import { Reflector } from '@nestjs/core';

/** What the guard of the limits reads off a route. */
export const UnderLoad = Reflector.createDecorator<'answered'>();

/**
 * This route is answered also while new work is turned away: what ends work, stops it, or shows how much there is. On methods only, so that a
 * new route is new work until it says otherwise.
 */
export const AnsweredUnderLoad = (): MethodDecorator => UnderLoad('answered');
