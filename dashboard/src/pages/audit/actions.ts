/** Every action that is said in words; one that comes later is shown as the service calls it. */
export const ACTIONS = [
  'segment.created',
  'segment.updated',
  'segment.deactivated',
  'campaign.created',
  'campaign.updated',
  'campaign.deactivated',
  'schedule.set',
  'schedule.removed',
  'dispatch.started',
  'dispatch.tested',
  'dispatch.paused',
  'dispatch.resumed',
  'dispatch.cancelled',
  'dispatch.redriven',
  'suppression.stored',
  'suppression.imported',
  'suppression.lifted',
  'customer.erased',
  'webhook.created',
  'webhook.updated',
  'webhook.removed',
  'webhook.secret_rotated',
  'webhook.tested',
] as const;

export type KnownAction = (typeof ACTIONS)[number];

export const knownAction = (action: string): KnownAction | undefined => ACTIONS.find((known) => known === action);
