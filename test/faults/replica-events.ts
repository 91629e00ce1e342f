import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';
import type { Chance } from './chance';
import type { Judge } from './replica-judge';
import { type Replica, REPLICAS, type ReplicaSet, until } from './replica-set';
import type { Wire } from './replica-wire';

/** A network that swallows everything does so for 3 to 8 s, and longer where the balancer has not noticed by then. */
const [SHORTEST_CUT_MS, CUTS_VARY_MS] = [3000, 5000];
/** Connections are ended in bursts, one after the other. */
const BURST = 10;
const BETWEEN_TERMINATIONS_MS = 50;
/** The server crashes once for so many other events. */
const EVENTS_A_CRASH = 50;

/** How often something happens. */
export interface Numbers {
  /** Of a process, in rounds of all of them. */
  restarts: number;
  kills: number;
  /** Of the network between one replica and the database. */
  cuts: number;
  /** Of connections, by the server. */
  terminations: number;
}

export interface Happened extends Numbers {
  crashes: number;
  /** Connections whose end caught a statement or a transaction. */
  terminated_at_work: number;
}

interface Surroundings {
  set: ReplicaSet;
  wire: Wire;
  judge: Judge;
  chance: Chance;
  database: Pick<FreshDatabase, 'query'>;
  crash?: () => void;
}

/** Lets happen what is wanted, in an order that the seed gives, one after the other: before each, all is as it should be. */
export async function happen(wanted: Numbers, around: Surroundings, isOver: () => boolean): Promise<Happened> {
  const { set, wire, judge, chance, database, crash } = around;
  const happened: Happened = { restarts: 0, kills: 0, cuts: 0, terminations: 0, crashes: 0, terminated_at_work: 0 };
  const anyPlace = () => Math.floor(chance.below(REPLICAS));
  const isAtWork = ({ name }: Replica, method: RegExp) =>
    wire.underWay().some(({ replica, what }) => replica?.name === name && method.test(what));
  const somebodyWorksIn = (replica: Replica, method = /^/) =>
    until(`${replica.name} has a request`, () => isAtWork(replica, method), set.faults);
  /** Nobody is under way who was in it. */
  const recovered = async () => {
    await set.ready();
    await wire.quiet();
  };

  const round = (places: number[]) => async () => {
    const end = judge.beginRestart();
    for (const place of places) {
      if (isOver()) break;
      await somebodyWorksIn(set.at(place));
      await set.restart(place);
      happened.restarts++;
    }
    await wire.quiet();
    end();
  };
  const kill = async () => {
    const place = anyPlace();
    const replica = set.at(place);
    await somebodyWorksIn(replica, /^POST/);
    const end = judge.begin('kill', replica);
    await set.kill(place);
    happened.kills++;
    await recovered();
    end();
  };
  const cut = async () => {
    const replica = set.at(anyPlace());
    await somebodyWorksIn(replica);
    const end = judge.begin('cut');
    replica.network.freeze();
    await sleep(SHORTEST_CUT_MS + chance.below(CUTS_VARY_MS));
    if (await until(`${replica.name} is taken out`, () => !set.balancer.isIn(replica), set.faults)) happened.cuts++;
    await replica.network.forward();
    await recovered();
    end();
  };
  const terminate = (count: number) => async () => {
    const end = judge.begin('termination');
    for (let ended = 0; ended < count && !isOver();) {
      const open = await database.query<{ pid: number; state: string }>(
        `SELECT pid, state FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'crm-service' ORDER BY pid`,
      );
      if (open.length === 0) continue;
      const { pid, state } = chance.pick(open);
      const [{ done }] = await database.query<{ done: boolean }>('SELECT pg_terminate_backend($1) AS done', [pid]);
      if (done) ended++;
      if (done) happened.terminations++;
      if (done && state !== 'idle') happened.terminated_at_work++;
      await sleep(chance.below(BETWEEN_TERMINATIONS_MS));
    }
    await recovered();
    end();
  };
  const crashAll = async () => {
    const end = judge.begin('crash');
    crash!();
    happened.crashes++;
    await database.query('SELECT 1'); // waits until it is back
    await sleep(1000); // a replica asks its database no more often than that
    await recovered();
    end();
  };

  const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
  const events = [
    ...times(Math.ceil(wanted.restarts / REPLICAS), (n) =>
      round(times(Math.min(REPLICAS, wanted.restarts - n * REPLICAS), (place) => place)),
    ),
    ...times(wanted.kills, () => kill),
    ...times(wanted.cuts, () => cut),
    ...times(Math.ceil(wanted.terminations / BURST), (n) => terminate(Math.min(BURST, wanted.terminations - n * BURST))),
  ];
  if (crash) events.push(...times(Math.ceil(events.length / EVENTS_A_CRASH), () => crashAll));
  const inOrder = events.map((event) => ({ event, place: chance.below(1) })).sort((one, other) => one.place - other.place);
  for (const { event } of inOrder) {
    if (isOver()) break;
    await set.ready();
    await event();
  }
  return happened;
}
