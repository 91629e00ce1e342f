import { log } from './log';
import { notificationSender } from './notification-sender';
import { smtp } from './smtp';
import type { TransportKind } from './transport';
import { webhook } from './webhook';

/** The ways to deliver. */
export const transportKinds: readonly TransportKind[] = [webhook, notificationSender, smtp, log];
