import { Reflector } from '@nestjs/core';

/** What an entry is about. */
export const targetTypes = ['segment', 'campaign', 'schedule', 'dispatch', 'suppression', 'webhook', 'customer'] as const;
export type TargetType = (typeof targetTypes)[number];

/** What was done to what: `segment.updated` */
export type Action = `${TargetType}.${string}`;

/**
 * `@Audited('segment.updated')`, on every route by which an admin changes something: its effect goes through `@Once()`, which writes the
 * entry in the same transaction, and says what it changed. A test looks at every route.
 */
export const Audited = Reflector.createDecorator<Action>();

/** What the handler is audited as; undefined where it is not. */
export const auditedAction = (handler: object): Action | undefined =>
  Reflect.getMetadata(Audited.KEY, handler) as Action | undefined;

export const targetOf = (action: Action): TargetType => action.split('.')[0] as TargetType;
