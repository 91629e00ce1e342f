import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;

/** Tries until `work` succeeds, for what announces itself by no event; after `seconds` its last error is the test's. */
export async function eventually<T>(work: () => T | Promise<T>, seconds = 20): Promise<T> {
  const giveUpAt = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await sleep(POLL_MS);
    }
  }
}
