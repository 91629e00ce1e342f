import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance';
import { ADMIN_TOKEN, type Fleet } from './fleet';

/** A request that has been answered. */
export interface Answered {
  campaignId: string;
  key: string;
  dispatchId: string;
}

/** How the requests of a run went. */
export interface RequestFigures {
  answered: number;
  /** Because the connection broke, or the service said that it is not possible now. */
  repeated: number;
  /** Answers that nobody should get. */
  wrong: string[];
}

/** Answers after which the same request is to be repeated. */
const TRY_AGAIN = ['idempotency-key-in-use', 'database-unavailable', 'database-busy', 'shutting-down'];
const PAUSE_MS = 50;

/**
 * Dispatches the campaign as a careful client does: the same request with the same key, to any process, until one answers. Undefined where
 * none did before it was too late, or the answer is wrong.
 */
export async function dispatch(
  campaignId: string,
  key: string,
  fleet: Fleet,
  chance: Chance,
  figures: RequestFigures,
  giveUpAt: number,
): Promise<Answered | undefined> {
  while (Date.now() < giveUpAt) {
    const { address } = await fleet.anyThatAnswers();
    const answer = await post(`${address}/campaigns/${campaignId}/dispatch`, key, chance.pick([0, 0, 1, 5]));
    if (answer?.id) {
      figures.answered++;
      return { campaignId, key, dispatchId: answer.id };
    }
    if (answer && !TRY_AGAIN.includes(answer.problem)) {
      figures.wrong.push(`${answer.status} ${answer.problem}: ${answer.detail}`);
      return undefined;
    }
    figures.repeated++;
    await sleep(PAUSE_MS);
  }
  return undefined;
}

interface Answer {
  status: number;
  /** The dispatch, where it is one. */
  id?: string;
  problem: string;
  detail: string;
}

/** Undefined where the connection broke: nobody knows what came of it. */
async function post(address: string, key: string, waitSeconds: number): Promise<Answer | undefined> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'idempotency-key': key, prefer: `wait=${waitSeconds}` },
    });
    const body = (await response.json()) as { id?: string; type?: string; detail?: string };
    const problem = body.type?.split(/[/#:]/).at(-1) ?? '';
    return { status: response.status, id: response.ok ? body.id : undefined, problem, detail: body.detail ?? '' };
  } catch {
    return undefined;
  }
}
