/**
 * A worker in TypeScript without dependencies: claims, delivers ten at a time, holds its lease as long as that takes, settles.
 * docs/workers.md is the contract. Node from 22.18 runs it as it is, before that `npx tsx examples/worker.ts`.
 *
 *   CRM_URL=http://localhost:8006 CRM_TOKEN=… CHANNEL=email PROVIDER_URL=https://provider.example/messages node examples/worker.ts
 *
 * SIGTERM lets the deliveries under way end, settles what is done and gives back the rest.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

interface Notification {
  /** The same however often it is tried: the provider drops repetitions by it. */
  id: string;
  user_id: string;
  title: string | null;
  message: string;
  attempt: number;
  data: { email?: string | null };
}
interface Lease {
  lease_token: string | null;
  notifications: Notification[];
}
interface Settled {
  sent: number;
  failed: number;
  retrying: number;
  open: number;
  rejected: string[];
}
type Outcome =
  | { sent: { id: string; delivery_info?: object } }
  | { failed: { id: string; error: string; retry?: boolean; retry_after_seconds?: number } };

const { CRM_URL = '', CRM_TOKEN = '', PROVIDER_URL = '', CHANNEL } = process.env;
const LEASE_SECONDS = Number(process.env.LEASE_SECONDS ?? 60);
const BATCH = 100;
const AT_ONCE = 10;
const PROVIDER_MS = 10_000;

/** Aborted by SIGTERM and SIGINT: from then on nothing new is begun. */
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

class LeaseLost extends Error {}

/**
 * Asks the service until it answers. The Idempotency-Key makes every repetition harmless: a claim whose answer was lost on the way gives the
 * same lease again.
 */
async function call<T>(verb: 'claim' | 'settle' | 'extend' | 'release', body: object, signal?: AbortSignal): Promise<T> {
  const key = randomUUID();
  for (let attempt = 0; ; attempt++) {
    let trouble: string;
    try {
      const answer = await fetch(`${CRM_URL}/notifications/${verb}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${CRM_TOKEN}`, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
        signal,
      });
      if (answer.ok) return (await answer.json()) as T;
      const problem = (await answer.json()) as { type: string; detail: string };
      if (problem.type.endsWith(':lease-lost')) throw new LeaseLost(problem.detail);
      trouble = `${verb}: ${answer.status} ${problem.detail}`;
      if (answer.status < 500 && !problem.type.endsWith(':idempotency-key-in-use')) attempt = Infinity; // asking again would not help
    } catch (error) {
      if (error instanceof LeaseLost || signal?.aborted) throw error;
      trouble = `${verb}: ${String(error)}`;
    }
    if (attempt >= 8) throw new Error(trouble);
    await sleep(Math.min(500 * 2 ** attempt, 10_000) * (0.5 + Math.random() / 2));
  }
}

async function deliver({ id, user_id, title, message, data }: Notification): Promise<Outcome> {
  try {
    const answer = await fetch(PROVIDER_URL, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ to: data.email ?? user_id, title, message }),
      signal: AbortSignal.timeout(PROVIDER_MS),
    });
    if (answer.ok) {
      const { id: provider_id } = (await answer.json()) as { id?: string };
      return { sent: { id, delivery_info: { provider_id } } };
    }
    const error = `provider: ${answer.status}`;
    if (answer.status !== 408 && answer.status !== 429 && answer.status < 500)
      return { failed: { id, error, retry: false } };
    const after = Number(answer.headers.get('retry-after') ?? NaN);
    return { failed: { id, error, ...(after >= 0 && { retry_after_seconds: Math.min(after, 86_400) }) } };
  } catch {
    return { failed: { id, error: 'provider: no answer' } }; // it may have been sent: the provider knows its id when it comes again
  }
}

async function workOff(lease_token: string, notifications: Notification[]): Promise<void> {
  const left = [...notifications];
  const sent: object[] = [];
  const failed: object[] = [];
  const holding = setInterval(
    () =>
      void call('extend', { lease_token, lease_seconds: LEASE_SECONDS }).catch((error: unknown) => {
        if (error instanceof LeaseLost) left.length = 0; // somebody else has the rest
      }),
    (LEASE_SECONDS * 1000) / 3,
  );
  const deliverOneByOne = async () => {
    for (let next = left.shift(); next && !stopping.signal.aborted; next = left.shift()) {
      const outcome = await deliver(next);
      if ('sent' in outcome) sent.push(outcome.sent);
      else failed.push(outcome.failed);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, deliverOneByOne));
  clearInterval(holding);
  const settled = await call<Settled>('settle', { lease_token, sent, failed });
  console.log(JSON.stringify(settled));
  if (settled.open > 0) await call('release', { lease_token });
}

async function main(): Promise<void> {
  const claim = { channel: CHANNEL, limit: BATCH, lease_seconds: LEASE_SECONDS, wait_seconds: 20, worker: 'worker.ts' };
  while (!stopping.signal.aborted) {
    try {
      const { lease_token, notifications } = await call<Lease>('claim', claim, stopping.signal);
      if (lease_token !== null) await workOff(lease_token, notifications);
    } catch (error) {
      if (stopping.signal.aborted) return;
      console.error(String(error));
      await sleep(1000);
    }
  }
}

void main();
