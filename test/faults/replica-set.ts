import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceProcess, startProcess } from '../support/service-process';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { type Balancer, startBalancer } from './balancer';
import { ADMIN_TOKEN } from './fleet';

export const REPLICAS = 3;
/** A replica that is not as it is to be by then is broken. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 20;
/** So long a balancer has to see that a replica is leaving: it looks ten times. */
const SHUTDOWN_DELAY_SECONDS = 1;

/** One process of the service, with a network of its own to the database. */
export interface Replica {
  /** Its place, from 0, and how many were there before. */
  readonly name: string;
  readonly address: string;
  readonly process: ServiceProcess;
  readonly network: TcpProxy;
  /** It is meant to end. */
  isLeaving: boolean;
}

export interface ReplicaSet {
  balancer: Balancer<Replica>;
  all(): Replica[];
  at(place: number): Replica;
  /** SIGTERM, the end, and another in its place that takes requests. */
  restart(place: number): Promise<void>;
  /** SIGKILL, and another in its place. */
  kill(place: number): Promise<void>;
  /** Everybody is ready, and the balancer knows it. */
  ready(): Promise<void>;
  /** What ended although nobody ended it, did not end in order, or is not ready in time. */
  faults: string[];
  /** SIGTERM for all. */
  stop(): Promise<void>;
}

export interface ReplicaSettings {
  main: string;
  databaseUrl: string;
  /** A mutant's. */
  env?: Record<string, string>;
  looks?: boolean;
}

export async function startReplicas({ main, databaseUrl, env, looks = true }: ReplicaSettings): Promise<ReplicaSet> {
  const balancer = await startBalancer<Replica>(looks);
  const faults: string[] = [];
  const places: Replica[] = [];
  const running = new Set<ServiceProcess>();
  let started = 0;

  const start = async (place: number): Promise<void> => {
    const network = await startTcpProxy(databaseUrl);
    const process = startProcess(
      dirname(main),
      {
        DATABASE_URL: network.through(databaseUrl),
        ROLES: 'api,dispatcher,sender',
        DELIVER: 'email=log',
        ADMIN_TOKENS: ADMIN_TOKEN,
        COLUMN_INDEX: 'off',
        LOG_LEVEL: 'error',
        SHUTDOWN_DELAY_SECONDS: String(SHUTDOWN_DELAY_SECONDS),
        ...env,
      },
      main,
      [],
      [],
    );
    running.add(process);
    const name = `replica ${place}, process ${++started}`;
    const replica: Replica = { name, address: await process.listening(), process, network, isLeaving: false };
    void process.exited.then(async ({ code, signal }) => {
      running.delete(process);
      balancer.remove(replica);
      if (!replica.isLeaving) faults.push(`${name} ended with ${code ?? signal}: ${process.stderr().slice(-2000)}`);
      await network.close();
    });
    places[place] = replica;
    balancer.add(replica);
    await isIn(replica);
  };

  const isIn = (replica: Replica) => until(`${replica.name} is ready`, () => balancer.isIn(replica), faults);

  const terminate = async (replica: Replica) => {
    replica.isLeaving = true;
    const { code, signal } = await replica.process.end();
    if (code !== 0) faults.push(`${replica.name} stopped with ${code ?? signal}: ${replica.process.stderr().slice(-2000)}`);
  };

  const leave = () => running.forEach((one) => one.signal('SIGKILL'));
  process.once('exit', leave);
  await Promise.all(Array.from({ length: REPLICAS }, (_, place) => start(place)));
  return {
    balancer,
    all: () => [...places],
    at: (place) => places[place],
    restart: async (place) => {
      await terminate(places[place]);
      await start(place);
    },
    kill: async (place) => {
      places[place].isLeaving = true;
      await places[place].process.end('SIGKILL');
      await start(place);
    },
    ready: async () => void (await Promise.all(places.map(isIn))),
    faults,
    stop: async () => {
      await Promise.all(places.filter(({ isLeaving }) => !isLeaving).map(terminate));
      leave();
      await Promise.all([...running].map(({ exited }) => exited));
      balancer.close();
      process.off('exit', leave);
    },
  };
}

/** Waits until it is so, and puts on record where it is not in time. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, faults: string[]): Promise<boolean> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) {
      faults.push(`not so after ${PATIENCE_MS / 1000} s: ${what}`);
      return false;
    }
    await sleep(LOOK_MS);
  }
  return true;
}
