/** What the API knows, in the order in which it is offered. */
export const CHANNELS = ['email', 'sms', 'webpush', 'android', 'ios', 'webhook'] as const;
/** Why somebody is suppressed. */
export const REASONS = ['unsubscribed', 'bounced', 'complained', 'requested', 'other'] as const;
/** Those that stand in the list; that a customer was erased nobody gives as a reason. */
export const SHOWN_REASONS = [...REASONS, 'erased'] as const;
