import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';
import type { Chance } from './chance';
import type { Foreman, Worker } from './crew';
import type { Fleet } from './fleet';
import type { Recorder } from './recorder';
import type { WorkerChaos } from './worker-chaos';
import type { WorkerWindow } from './worker-windows';

const LIMITS = [1, 2, 5, 10, 20, 40] as const;
/** Of those that are stopped, some go on before anybody can be sure that the lease is somebody else's. */
const HASTY = 0.2;
const HASTY_MS = 100;
/** What is to fail does so at its first delivery, or at a later one, if there is any. */
const FAILS = 0.5;
const LOOK_MS = 20;
/** Whoever is stopped waits no longer than this for somebody to take what it holds. */
const PATIENCE_MS = 20_000;

interface Surroundings {
  fleet: Fleet;
  database: Pick<FreshDatabase, 'query'>;
  chance: Chance;
  chaos: WorkerChaos;
  recorder: Recorder;
  /** What is being delivered now. */
  campaigns: () => string[];
}

/** Replies to workers: throws the dice for them, is the wire they deliver to, and kills or stops them at their moments. */
export function makeForeman({ fleet, database, chance, chaos, recorder, campaigns }: Surroundings): {
  foreman: Foreman;
  /** Whether everybody who was stopped has heard what became of its lease. */
  isQuiet: () => boolean;
} {
  const stopped = new Set<Worker>();

  /** SIGSTOP, until somebody else has what it holds: it knows nothing of that, and goes on. */
  const pause = async (worker: Worker): Promise<void> => {
    const token = worker.holds!;
    const giveUpAt = Date.now() + PATIENCE_MS;
    stopped.add(worker);
    worker.isPaused = true;
    worker.signal('SIGSTOP');
    if (chance.of(HASTY)) await sleep(HASTY_MS);
    else
      while (!worker.isKilled && Date.now() < giveUpAt) {
        const lost = await database.query(`SELECT FROM notification_leases WHERE lease_token = $1 AND outcome = 'lost'`, [
          token,
        ]);
        if (lost.length > 0) recorder.isStale(token);
        if (lost.length > 0) break;
        await sleep(LOOK_MS);
      }
    worker.isPaused = false;
    worker.signal('SIGCONT');
  };

  /** @returns whether it hears a reply */
  const pass = (window: WorkerWindow, worker: Worker): boolean => {
    const fate = chaos.strike(window, worker);
    if (fate === 'pause') void pause(worker);
    return fate !== 'killed';
  };

  const foreman: Foreman = {
    plan: (worker) => {
      stopped.delete(worker);
      Object.assign(worker, { holds: undefined, attempt: 0, isClaiming: true });
      if (!pass('before the claim', worker)) return undefined;
      return {
        limit: chance.pick(LIMITS),
        keyed: chance.of(0.5),
        waitSeconds: chance.pick([0, 1]),
        releases: chance.of(0.03),
        extends: chance.of(0.2),
        halves: chance.of(0.3),
        repeats: chance.of(0.1),
        tidies: chance.of(0.5),
        campaignId: chance.of(0.5) ? chance.pick(campaigns()) : undefined,
      };
    },
    service: () =>
      fleet.anyThatAnswers().then(
        ({ address }) => address,
        () => undefined, // the fleet says why
      ),
    go: (worker, { at, holds, attempt }) => {
      Object.assign(worker, { holds, attempt: attempt ?? worker.attempt, isClaiming: false });
      return pass(at, worker) ? null : undefined;
    },
    deliver: (worker, call) => {
      const fate = recorder.deliver(call, call.token !== undefined && chance.of(FAILS));
      if (fate === 'dies') worker.kill();
      return fate !== 'dies' && pass('on the wire', worker) ? fate : undefined;
    },
    answered: (worker, answer) => {
      recorder.answered(worker.name, answer);
      return null;
    },
    wrong: (worker, { what }) => {
      recorder.wrong(worker.name, what);
      return null;
    },
  };
  return { foreman, isQuiet: () => [...stopped].every(({ isKilled }) => isKilled) };
}
