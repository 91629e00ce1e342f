import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance';
import type { Member, Strike } from './fleet';
import { makeQuota } from './quota';
import { momentsOf, type Window, windowOf, windows } from './windows';

/** Who passes a window that may have a kill gets it at one of its moments, more often than not. */
const KILLS_A_PASSAGE = 2;
const MOST_LIKELY = 0.7;
/** Of the moments that lie in a window: connections ended by the server; COMMITs whose answer is lost; packets that are late. */
const TERMINATED = 0.01;
const CUT = 0.06;
const LATE = 0.1;
const LATE_MS = 20;
/** How far a statement may come before its process is killed. */
const WITHIN_MS = 8;

/** What was done to the processes, and where. */
interface ChaosFigures {
  kills: Record<Window, number>;
  terminated: number;
  cuts: number;
  crashes: number;
}

export interface Chaos {
  figures: ChaosFigures;
  killed(): number;
  strike: Strike;
  /** Kills may land, so many; and the server crashes once, at some moment, where that is asked for. */
  begin(kills: number, crash: boolean): void;
  /** Nothing is done any more. */
  end(): void;
  /** Kills a process that has nothing to do any more, where such kills are wanted. */
  afterTheEnd: (member: Member) => void;
}

/**
 * Decides what happens at each moment.
 * @param total kills in all, evenly over the windows that are named
 * @param terminate ends a connection from the server's side
 */
export function makeChaos(
  total: number,
  where: readonly Window[],
  chance: Chance,
  { terminate, crash }: { terminate: (backend: number) => Promise<void>; crash?: () => void },
): Chaos {
  const quota = makeQuota(total, windows, where);
  const figures: ChaosFigures = { kills: quota.landed, terminated: 0, cuts: 0, crashes: 0 };
  let killsNow = 0;
  let momentsToCrash = Infinity;
  let quiet = true;

  const kill = (window: Window, member: Member): boolean => {
    if (killsNow === 0 || !quota.isWanted(window) || !member.kill()) return false;
    quota.count(window);
    killsNow--;
    return true;
  };

  const strike: Strike = async (moment, statement, session, member) => {
    const window = windowOf(moment, statement, session);
    if (!window || quiet) return 'pass';
    if (--momentsToCrash === 0) {
      figures.crashes++;
      crash?.();
    }
    if (killsNow > 0 && quota.isWanted(window) && chance.of(Math.min(MOST_LIKELY, KILLS_A_PASSAGE / momentsOf(window)))) {
      if (moment === 'within') await sleep(chance.below(WITHIN_MS));
      if (kill(window, member)) return 'cut'; // unless another of its connections was faster
    }
    if (moment === 'told') return 'pass';
    if (chance.of(TERMINATED)) {
      figures.terminated++;
      await terminate(session.backend);
      return 'pass';
    }
    if (/^COMMIT/.test(statement) && moment !== 'before' && chance.of(CUT)) {
      figures.cuts++;
      return 'cut';
    }
    if (chance.of(LATE)) await sleep(chance.below(LATE_MS));
    return 'pass';
  };

  return {
    figures,
    killed: quota.total,
    strike,
    begin: (kills, crash) => {
      killsNow = kills;
      momentsToCrash = crash ? 1 + Math.floor(chance.below(100)) : Infinity;
      quiet = false;
    },
    end: () => void (quiet = true),
    afterTheEnd: (member) => void kill('after the end', member),
  };
}
