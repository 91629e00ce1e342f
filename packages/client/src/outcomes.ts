import type { Schema } from './operations';
import { retryAfterSeconds } from './retry-after';

export type Settlement = Required<Pick<Schema<'SettleRequest'>, 'sent' | 'failed'>>;
type Failed = Schema<'FailedItem'>;

const MAX_ERROR = 1000;
const MAX_RETRY_AFTER_SECONDS = 86_400;
/** The service takes 1,000 items and 1 MB in one call. */
const MAX_ITEMS = 1000;
const MAX_BYTES = 900_000;

/** Thrown by `send` where it knows more of a failure than that it was one. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';

  /**
   * @param error why, in a few words. Failures are grouped by it: leave out what differs from one to the next.
   * @param how `retry: false` where it never will be delivered; `retryAfterSeconds` where the provider says when to come again
   */
  constructor(
    error: string,
    readonly how: { retry?: boolean; retryAfterSeconds?: number } = {},
  ) {
    super(error);
  }

  /** Of a provider's answer that is no success: 408, 429 and 5xx are tried again, when its Retry-After says, and others never. */
  static answered(response: Response): NotDelivered {
    const { status, headers } = response;
    const retry = status === 408 || status === 429 || status >= 500;
    return new NotDelivered(`provider: ${status}`, {
      retry,
      retryAfterSeconds: retry ? retryAfterSeconds(headers) : undefined,
    });
  }
}

export function failure(id: string, error: unknown): Failed {
  const { retry, retryAfterSeconds: after }: NotDelivered['how'] = error instanceof NotDelivered ? error.how : {};
  return {
    id,
    error: (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR),
    retry,
    retry_after_seconds: after === undefined ? undefined : Math.min(Math.max(after, 0), MAX_RETRY_AFTER_SECONDS),
  };
}

/** In calls that are not too large. */
export function inCalls({ sent, failed }: Settlement): Settlement[] {
  const calls: Settlement[] = [];
  let [items, bytes] = [MAX_ITEMS, 0];
  const put = <Kind extends keyof Settlement>(kind: Kind, item: Settlement[Kind][number]) => {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (++items > MAX_ITEMS || (bytes += size) > MAX_BYTES) {
      calls.push({ sent: [], failed: [] });
      [items, bytes] = [1, size];
    }
    (calls.at(-1)![kind] as (typeof item)[]).push(item);
  };
  for (const item of sent) put('sent', item);
  for (const item of failed) put('failed', item);
  return calls;
}

/** Without what people wrote: that they were sent, or not, counts more than the words beside it. */
export const bare = ({ sent, failed }: Settlement): Settlement => ({
  sent: sent.map(({ id }) => ({ id })),
  failed: failed.map(({ id, retry }) => ({ id, retry })),
});
