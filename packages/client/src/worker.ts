import { Batch, type BatchOptions, type WorkerTotals } from './batch';
import type { Client } from './client';
import type { Schema } from './operations';
import { pause } from './pause';
import { ApiProblem } from './problem';

/** Between two claims of which the first had no answer, or none that was waited for. */
const PAUSE_MS = 1000;

export interface WorkerOptions extends Omit<BatchOptions, 'stop'> {
  client: Client;
  /** Only what goes this way; all channels by default. */
  channel?: Schema<'ClaimRequest'>['channel'];
  /** Notifications in a lease, 1…1,000; 100 by default. */
  batchSize?: number;
  /** How long a claim waits where there is nothing, 0…30 s; 20 by default. */
  waitSeconds?: number;
  /** Who this is, in histories; the token's name by default. */
  worker?: string;
  /** Stops the worker: it takes and begins nothing more, lets what is under way end, settles it, gives back the rest and returns. */
  signal?: AbortSignal;
}

/**
 * Claims, sends and settles until `signal` says stop. Rejects where the service refuses to hand out anything, by 400, 401 or 403 say;
 * what passes by itself is told to `onError`, and waited for.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerTotals> {
  const { client, channel, batchSize = 100, leaseSeconds = 60, waitSeconds = 20, worker, onError = console.error } = options;
  const stop = options.signal ?? new AbortController().signal;
  const wanted = { limit: batchSize, lease_seconds: leaseSeconds, wait_seconds: waitSeconds, channel, worker };
  const totals: WorkerTotals = { leases: 0, lost: 0, sent: 0, failed: 0, retrying: 0, released: 0 };
  while (!stop.aborted) {
    const askedAt = performance.now();
    try {
      const { lease_token, notifications } = await client.post('/notifications/claim', { body: wanted, signal: stop });
      if (lease_token === null) {
        if (performance.now() - askedAt < PAUSE_MS) await pause(PAUSE_MS, stop); // the service did not wait
        continue;
      }
      totals.leases++;
      await new Batch({ ...options, stop }, lease_token, notifications, askedAt, totals).run();
    } catch (error) {
      if (error instanceof ApiProblem && error.isFault) throw error;
      if (stop.aborted) break;
      onError(error);
      await pause(PAUSE_MS, stop);
    }
  }
  return totals;
}
