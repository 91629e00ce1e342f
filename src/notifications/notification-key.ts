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

export function noSuchNotification(): never {
  throw new Problem('notification-not-found', 'There is no such notification.');
}
