import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { type ServiceProcess, startProcess } from '../support/service-process';
import type { Chance } from './chance';
import { type Moment, type Session, startStatementProxy, type StatementProxy } from './statement-proxy';
import { LOOKS_FOR_WORK } from './windows';

/** Processes that dispatch at the same time. */
const RACING = 2;
/** Processes that start or wait their turn: a start takes a second of a processor, and a kill is not to wait for it. */
const AHEAD = 3;
/** So many in a row that do not start, and something else is wrong. */
const MOST_FAILED_STARTS = 10;
/** Where all have been killed, one of the next answers by then. */
const START_SECONDS = 60;
/** Of the processes, at most one at a time only dispatches: requests must find somebody. */
const ONLY_DISPATCHES = 0.25;
/** V8 without its optimising compiler starts a fifth faster, and nothing here runs for long. */
const FLAGS = ['--no-opt'];

export const ADMIN_TOKEN = 'an-admin-of-the-fault-tests';

/** One process of the service, behind a wire of its own. */
export interface Member {
  /** Where it answers; undefined until it does, and where it only dispatches. */
  address?: string;
  /** SIGKILL: it does nothing more from now on. False where it was dead already. */
  kill(): boolean;
}

/** What happens to a process at a moment of a statement; `cut` ends the connection. */
export type Strike = (moment: Moment, statement: string, session: Session, member: Member) => Promise<'pass' | 'cut'>;

export interface Fleet {
  /** Lets processes dispatch, as many as race; whoever is killed is replaced by one that waits. */
  race(): Promise<void>;
  /** Nobody dispatches any more; `each` is asked about each that did, and may kill it. Those that are left race next time. */
  rest(each: (member: Member) => void): void;
  /** A process that answers requests; waits for one. */
  anyThatAnswers(): Promise<Member & { address: string }>;
  /** What ended although nobody killed it, or does not start at all, with what it said last. */
  exits(): string[];
  /** Kills all of them. */
  stop(): Promise<void>;
}

interface Running extends Member {
  process: ServiceProcess;
  wire: StatementProxy;
  killed: boolean;
}

/**
 * Starts processes ahead and lets some of them work. A process that waits its turn is complete, but its wire keeps the question for work to
 * itself.
 * @param main the built service
 * @param ahead so many start or wait
 */
export function startFleet(main: string, databaseUrl: string, chance: Chance, strike: Strike, ahead = AHEAD): Fleet {
  const running = new Set<Running>();
  /** Those that only dispatch. */
  const silent = new Set<Running>();
  let waiting: Running[] = [];
  let racing: Running[] = [];
  const gates = new Map<Running, { open: () => void; opened: Promise<void> }>();
  const exits: string[] = [];
  let starting = 0;
  let failedStarts = 0;
  let inRace = false;
  let stopped = false;

  const close = (member: Running) => {
    let open = () => {};
    const opened = new Promise<void>((done) => (open = done));
    gates.set(member, { open, opened });
  };

  const start = async () => {
    starting++;
    const roles = silent.size === 0 && chance.of(ONLY_DISPATCHES) ? 'dispatcher' : 'api,dispatcher';
    const member = {} as Running;
    const wire = await startStatementProxy(databaseUrl, async (moment, statement, session) => {
      if (moment === 'before' && LOOKS_FOR_WORK.test(statement)) await gates.get(member)?.opened;
      return member.killed ? 'cut' : strike(moment, statement, session, member);
    });
    if (stopped) return wire.close();
    const process = startProcess(dirname(main), environment(wire.url, roles), main, [], FLAGS);
    if (roles === 'dispatcher') silent.add(member);
    Object.assign(member, { process, wire, killed: false, kill: () => end(member) });
    close(member);
    running.add(member);
    void process.exited.then(async ({ code, signal }) => {
      if (waiting.concat(racing).includes(member)) exits.push(`ended with ${code ?? signal}: ${tail(process)}`);
      forget(member);
      await wire.close();
      replace();
    });
    try {
      const address = await process.listening();
      failedStarts = 0;
      if (roles.includes('api')) member.address = address;
      waiting.push(member);
    } catch {
      failedStarts++; // the database is down, or a connection was ended under it: that it says so and ends is right
      if (failedStarts === MOST_FAILED_STARTS) exits.push(`does not start: ${tail(process)}`);
    } finally {
      starting--;
    }
    replace();
  };

  const replace = () => {
    if (stopped) return;
    while (inRace && racing.length < RACING && waiting.length > 0) {
      const next = waiting.shift()!;
      racing.push(next);
      gates.get(next)!.open();
    }
    const wanted = ahead + (inRace ? RACING - racing.length : 0);
    if (failedStarts < MOST_FAILED_STARTS) while (starting + waiting.length < wanted) void start();
  };

  const forget = (member: Running) => {
    running.delete(member);
    silent.delete(member);
    waiting = waiting.filter((other) => other !== member);
    racing = racing.filter((other) => other !== member);
    gates.get(member)?.open();
    gates.delete(member);
  };

  const end = (member: Running): boolean => {
    if (member.killed) return false;
    member.killed = true;
    member.process.signal('SIGKILL');
    forget(member);
    replace();
    return true;
  };

  const leave = () => running.forEach(({ process }) => process.signal('SIGKILL'));
  process.once('exit', leave);
  replace();
  return {
    race: async () => {
      inRace = true;
      for (const member of racing) gates.get(member)!.open();
      replace();
      while (racing.length < RACING && failedStarts < MOST_FAILED_STARTS) await sleep(10);
    },
    rest: (each) => {
      inRace = false;
      for (const member of [...racing]) {
        close(member);
        each(member);
      }
    },
    anyThatAnswers: () =>
      eventually(() => {
        const answering = [...racing, ...waiting].filter(({ address }) => address !== undefined);
        if (answering.length === 0) throw new Error(`No process of the service answers. ${exits.join('\n')}`);
        return chance.pick(answering) as Running & { address: string };
      }, START_SECONDS),
    exits: () => exits,
    stop: async () => {
      stopped = true;
      await Promise.all([...running].map((member) => (end(member), member.process.exited)));
      process.off('exit', leave);
    },
  };
}

const environment = (databaseUrl: string, roles: string) => ({
  DATABASE_URL: databaseUrl,
  ROLES: roles,
  ADMIN_TOKENS: ADMIN_TOKEN,
  COLUMN_INDEX: 'off',
  LOG_LEVEL: 'error',
  MIGRATE_ON_START: 'false',
  STATEMENT_TIMEOUT_SECONDS: '60', // a process that waits its turn is not to take its server for dead
});

const tail = (process: ServiceProcess) =>
  `${process.stdout()}\n${process.stderr()}`.trim().split('\n').slice(-15).join('\n');
