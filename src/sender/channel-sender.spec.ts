import type { ClaimedNotification } from '../notifications/delivery.dto';
import { chunks } from './channel-sender';

const claimed = (...attempts: number[]) => attempts.map((attempt, i) => ({ id: String(i), attempt }) as ClaimedNotification);
const ids = (notifications: ClaimedNotification[], size: number) =>
  [...chunks(notifications, size)].map((chunk) => chunk.map(({ id }) => id));

it('groups what nobody had yet, and lets whoever was tried before go alone', () => {
  expect(ids(claimed(1, 2, 1, 1, 3, 1), 3)).toEqual([['0', '2', '3'], ['5'], ['1'], ['4']]);
  expect(ids(claimed(1, 1), 1)).toEqual([['0'], ['1']]);
  expect(ids([], 5)).toEqual([]);
});
