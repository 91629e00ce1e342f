import type { Draft } from './draft';

/** The ways a message can go, the usual ones first. */
export const CHANNELS: readonly Draft['channel'][] = ['email', 'sms', 'webpush', 'android', 'ios', 'webhook'];
