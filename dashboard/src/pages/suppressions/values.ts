/** What the API knows, in the order in which it is offered. */
export const CHANNELS = ['email', 'sms', 'webpush', 'android', 'ios', 'webhook'] as const;
export const REASONS = ['unsubscribed', 'bounced', 'complained', 'requested', 'other'] as const;
