import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance';
import type { Crew, Worker } from './crew';
import type { Member } from './fleet';
import { makeQuota } from './quota';
import type { Moment, Session } from './statement-proxy';
import { actOf, passages, type WorkerWindow, workerWindows } from './worker-windows';

/** Of the leases that pass a window, so many lose their worker in it: of all, a quarter. */
const KILLED = 0.03;
/** Whoever passes a moment with a lease is stopped. */
const PAUSED = 0.03;
/**
 * What was lost so often already is left alone by the dice: after ten losses it is given up, rightly, and nobody could tell whether it was
 * condemned for its neighbours.
 */
const SPARED_FROM_ATTEMPT = 6;
/** For so many workers that are killed, a service is. */
const WORKERS_A_SERVICE = 16;
/** Of the moments of claims and settles: connections ended by the server; answers that are lost; packets that are late; services killed. */
const TERMINATED = 0.005;
const CUT = 0.02;
const LATE = 0.1;
const LATE_MS = 10;
const SERVICE_KILLED = 0.05;
/** How far a statement may come before its worker is killed. */
const WITHIN_MS = 5;
/** The server crashes within so many of those moments. */
const MOMENTS_TO_CRASH = 400;

/** What was done, and where. */
interface WorkerChaosFigures {
  kills: Record<WorkerWindow, number>;
  pauses: number;
  services: number;
  terminated: number;
  cuts: number;
  crashes: number;
}

export interface WorkerChaos {
  figures: WorkerChaosFigures;
  killed(): number;
  /** At a moment of the worker's own. */
  strike(window: WorkerWindow, worker: Worker): 'pass' | 'killed' | 'pause';
  /** At a moment of a statement; `member` is the service behind whose wire it is. */
  strikeStatement: (moment: Moment, statement: string, session: Session, member?: Member) => Promise<'pass' | 'cut'>;
  /** So many may be killed and stopped; and the server crashes once, where that is asked for. */
  begin(kills: number, pauses: number, crash: boolean): void;
  /** Whether all of that was done. */
  isDone(): boolean;
  /** Nothing is done any more. */
  end(): void;
}

/** @param total kills in all, evenly over the windows */
export function makeWorkerChaos(
  total: number,
  chance: Chance,
  crew: () => Crew,
  { terminate, crash }: { terminate: (backend: number) => Promise<void>; crash?: () => void },
): WorkerChaos {
  const quota = makeQuota(total, workerWindows);
  const figures: WorkerChaosFigures = { kills: quota.landed, pauses: 0, services: 0, terminated: 0, cuts: 0, crashes: 0 };
  let killsNow = 0;
  let pausesNow = 0;
  let momentsToCrash = Infinity;
  let quiet = true;

  const isChosen = (window: WorkerWindow, worker: Worker) =>
    !quiet &&
    killsNow > 0 &&
    !worker.isPaused &&
    worker.attempt < SPARED_FROM_ATTEMPT &&
    quota.isWanted(window) &&
    chance.of(KILLED / passages[window]);
  const kill = (window: WorkerWindow, worker: Worker): boolean => {
    if (!worker.kill()) return false;
    quota.count(window);
    killsNow--;
    return true;
  };

  return {
    figures,
    killed: quota.total,
    strike: (window, worker) => {
      if (isChosen(window, worker) && kill(window, worker)) return 'killed';
      const mayPause = !quiet && pausesNow > 0 && !worker.isPaused && worker.kind !== 'legacy' && worker.holds !== undefined;
      if (mayPause && window !== 'settled' && worker.attempt < SPARED_FROM_ATTEMPT && chance.of(PAUSED)) {
        pausesNow--;
        figures.pauses++;
        return 'pause';
      }
      return 'pass';
    },
    strikeStatement: async (moment, statement, session, member) => {
      const act = actOf(moment, statement, session);
      if (!act || quiet) return 'pass';
      if (--momentsToCrash === 0) {
        figures.crashes++;
        crash?.();
      }
      const worker = crew().named(act.owner);
      if (worker && isChosen(act.window, worker)) {
        if (moment === 'within') await sleep(chance.below(WITHIN_MS));
        kill(act.window, worker);
        return 'pass'; // the service knows nothing of it
      }
      if (worker && worker.attempt >= SPARED_FROM_ATTEMPT) return 'pass';
      if (member && figures.services < quota.total() / WORKERS_A_SERVICE && chance.of(SERVICE_KILLED)) {
        if (member.kill()) figures.services++;
        return 'cut';
      }
      if (chance.of(TERMINATED)) {
        figures.terminated++;
        await terminate(session.backend);
        return 'pass';
      }
      if (moment === 'after' && act.window !== 'in the settle' && chance.of(CUT)) {
        figures.cuts++;
        return 'cut';
      }
      if (chance.of(LATE)) await sleep(chance.below(LATE_MS));
      return 'pass';
    },
    begin: (kills, pauses, crash) => {
      killsNow = kills;
      pausesNow = pauses;
      momentsToCrash = crash ? 1 + Math.floor(chance.below(MOMENTS_TO_CRASH)) : Infinity;
      quiet = false;
    },
    isDone: () => killsNow === 0 && pausesNow === 0,
    end: () => void (quiet = true),
  };
}
