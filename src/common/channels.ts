/** The ways a message can go. Which of them a worker serves is the worker's matter; webpush, android and ios are those of `/send-batch`. */
export const channels = ['email', 'sms', 'webpush', 'android', 'ios', 'webhook'] as const;
export type Channel = (typeof channels)[number];
