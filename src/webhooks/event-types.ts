/** What a webhook can ask to be told of. Each is announced in the transaction in which it becomes so. */
export const eventTypes = [
  'dispatch.dispatched',
  'dispatch.finished',
  'dispatch.failed',
  'dispatch.cancelled',
  'notification.failed',
] as const;
export type EventType = (typeof eventTypes)[number];

/** Asked for by a person, and sent to the one webhook that is tested. */
export const TEST_EVENT = 'webhook.test';
