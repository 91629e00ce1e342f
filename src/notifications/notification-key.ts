import { Problem } from '../common/problem';

/** Which notification: the pair that is its name. */
export interface NotificationKey {
  dispatchId: string;
  userId: string;
}

/** `<dispatch>:<customer>`; what has another form names no notification. @throws Problem notification-not-found */
export function keyOf(id: string): NotificationKey {
  const match = /^([1-9]\d{0,17}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(id);
  return match ? { dispatchId: match[1], userId: match[2] } : noSuchNotification();
}

/** @param archivedAt when those of its dispatch were put away */
export function noSuchNotification(archivedAt?: Date): never {
  const detail = archivedAt
    ? `The notifications of its dispatch were archived at ${archivedAt.toISOString()}. The dispatch and its audience are still there.`
    : 'There is no such notification.';
  throw new Problem('notification-not-found', detail);
}
