import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';
import { ADMIN_TOKEN, type Fleet } from './fleet';

const WORKERS = 3;
const BATCH = 500;
/** The least that a lease may have: what a failover leaves in nobody's hands is handed out again soon. */
const LEASE_SECONDS = 5;
const PAUSE_MS = 50;
const PATIENCE_MS = 15_000;

/** Workers that claim and settle, and remember what the service has acknowledged. */
export interface Deliveries {
  /** The first settle was acknowledged. */
  begun: Promise<void>;
  /** Notifications that were reported as sent, and the report was taken. */
  sent: Set<string>;
  /** Answers that nobody should get. */
  wrong: string[];
  /** Resolves when nothing is queued any more and the workers have gone, or it is too late. */
  finished(database: FreshDatabase): Promise<void>;
}

interface Said {
  type?: string;
  lease_token?: string | null;
  notifications?: { id: string }[];
  rejected?: string[];
}

export function startDeliveries(fleet: Fleet, giveUpAt: number): Deliveries {
  const sent = new Set<string>();
  const wrong: string[] = [];
  let stopped = false;
  let begin = () => {};
  const begun = new Promise<void>((done) => (begin = done));
  const isOver = () => stopped || Date.now() > giveUpAt;

  /** The same call until it is answered; undefined where that was too late. */
  const call = async (path: string, body: object): Promise<{ status: number; said: Said } | undefined> => {
    while (!isOver()) {
      const { address } = await fleet.anyThatAnswers();
      const answer = await post(`${address}/notifications/${path}`, body);
      if (answer && answer.status !== 503) return answer;
      await sleep(PAUSE_MS);
    }
    return undefined;
  };

  const work = async (): Promise<void> => {
    while (!isOver()) {
      const claimed = await call('claim', { limit: BATCH, lease_seconds: LEASE_SECONDS, wait_seconds: 0 });
      const { lease_token, notifications = [] } = claimed?.said ?? {};
      if (claimed && claimed.status !== 200) wrong.push(`claim: ${claimed.status} ${claimed.said.type}`);
      if (!lease_token) {
        await sleep(PAUSE_MS);
        continue;
      }
      const settled = await call('settle', { lease_token, sent: notifications.map(({ id }) => ({ id })) });
      if (settled?.status === 409) continue; // the lease ran out while nobody answered
      if (settled && settled.status !== 200) wrong.push(`settle: ${settled.status} ${settled.said.type}`);
      if (settled?.status !== 200) continue;
      for (const { id } of notifications) if (!settled.said.rejected?.includes(id)) sent.add(id);
      begin();
    }
  };

  const working = Promise.all(Array.from({ length: WORKERS }, work));
  return {
    begun,
    sent,
    wrong,
    finished: async (database) => {
      while (Date.now() < giveUpAt) {
        const left = await database.query('SELECT FROM notifications WHERE state NOT IN (2, 3) LIMIT 1');
        if (left.length === 0) break;
        await sleep(PAUSE_MS);
      }
      stopped = true;
      await working;
    },
  };
}

/** Undefined where the connection broke: nobody knows what came of it. */
async function post(address: string, body: object): Promise<{ status: number; said: Said } | undefined> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, said: (await response.json()) as Said };
  } catch {
    return undefined;
  }
}
