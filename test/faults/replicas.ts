import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase } from '../support/database';
import type { Builds } from './build';
import { chanceOf } from './chance';
import { ended, leftConnections, patient } from './checks';
import { fault, type Violation, violations } from './invariants';
import { type Happened, happen, type Numbers } from './replica-events';
import { makeJudge } from './replica-judge';
import { loadCustomers, startLoad } from './replica-load';
import { type ReplicaMutant, type ReplicaMutantName, replicaMutants } from './replica-mutants';
import { REPLICAS, type ReplicaSet, startReplicas } from './replica-set';
import { makeWire, type Wire } from './replica-wire';

/** What was queued has been delivered by then, or never is. */
const DELIVERED_MS = 60_000;
const LOOK_MS = 100;
/** A mutant that has done no harm by then is not going to. */
const MUTANT_RESTARTS = 12;
/** In each restart clients are answered so often, or it was none under load. */
const ANSWERS_A_RESTART = 10;
/** Connections that a process may hold: its pool, and three beside it. */
const CONNECTIONS = 13;

export interface ReplicaFaults extends Numbers {
  builds: Builds;
  seed: number;
  /** The run ends when it is caught. */
  mutant?: ReplicaMutantName;
  /** Crashes the server under all of them; it comes back by itself. */
  crash?: () => void;
}

/** What a run did, and what came of it. */
export interface ReplicasOutcome extends Happened {
  faults: 'replicas';
  seed: number;
  mutant?: ReplicaMutantName;
  /** Of a mutant: whether it was, by what must notice it. */
  caught?: boolean;
  requests: { answered: number; during_restarts: number; refused: number; resets: number; repeated: number };
  created: number;
  dispatches: number;
  notifications: number;
  lost: number;
  duplicates: number;
  /** Everything that does not hold, of the answers, of the data, of the processes and of the run itself. Empty where all is well. */
  found: Violation[];
  seconds: number;
}

/** Replaces, kills and cuts off replicas behind one port while clients ask for everything, and looks at what they were answered. Needs TEMPLATE_URL. */
export async function replicaFaults({ builds, seed, mutant, crash, ...given }: ReplicaFaults): Promise<ReplicasOutcome> {
  const started = performance.now();
  const chance = chanceOf(seed);
  const { env, looks, caughtBy }: Partial<ReplicaMutant> = mutant ? replicaMutants[mutant] : {};
  const wanted = mutant ? { restarts: MUTANT_RESTARTS, kills: 0, cuts: 0, terminations: 0 } : given;
  const judge = makeJudge();
  const isCaught = () => caughtBy && judge.violations().some(({ name }) => caughtBy.test(name));
  const isOver = () => (mutant ? isCaught() === true : judge.violations().length > 0);
  const database = patient(await freshDatabase());
  const found: Violation[] = [];
  let [set, wire]: [ReplicaSet | undefined, Wire | undefined] = [undefined, undefined];
  try {
    await loadCustomers(database);
    set = await startReplicas({ main: builds.make(), databaseUrl: database.url, env, looks });
    wire = makeWire(set.balancer, judge.hear);
    const load = startLoad(set.balancer.url, wire, chance);
    const happened = await happen(wanted, { set, wire, judge, chance, database, crash: mutant ? undefined : crash }, isOver);
    await load.ebb();
    if (!mutant) await delivered(database);
    await load.stop();
    if (!mutant) {
      found.push(...(await load.check(database)), ...(await violations(database)));
      const held = await database.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'crm-service%'`,
      );
      found.push(...fault('replicas hold more connections than they may', held.slice(REPLICAS * CONNECTIONS)));
      await set.ready();
    }
    const [counted] = await database.query<{ notifications: string; customers: string; targeted: string }>(
      `SELECT (SELECT count(*) FROM notifications) AS notifications,
              (SELECT count(DISTINCT (dispatch_id, user_id)) FROM notifications) AS customers,
              (SELECT coalesce(sum(targeted), 0) FROM dispatch_audience) AS targeted`,
    );
    await set.stop();
    found.push(...judge.violations(), ...fault('a replica is not as it should be', set.faults));
    if (!mutant)
      found.push(...(await leftConnections(database)), ...uncovered(wanted, happened, judge.figures.during_restarts));
    const { notifications, customers, targeted } = counted;
    return {
      faults: 'replicas',
      seed,
      mutant,
      caught: isCaught(),
      ...happened,
      requests: { ...judge.figures, repeated: load.figures.repeated },
      created: load.figures.created,
      dispatches: load.figures.dispatches,
      notifications: Number(notifications),
      lost: Math.max(0, Number(targeted) - Number(customers)),
      duplicates: Number(notifications) - Number(customers),
      found,
      seconds: Math.round((performance.now() - started) / 100) / 10,
    };
  } finally {
    await set?.stop();
    wire?.close();
    await database.drop();
  }
}

/** What a dead process held is handed out again when its lease ends: that time passes at once. */
async function delivered(database: Parameters<typeof ended>[0]): Promise<void> {
  const giveUpAt = Date.now() + DELIVERED_MS;
  await ended(database, undefined, giveUpAt);
  while (Date.now() < giveUpAt) {
    const open = await database.query('SELECT FROM notifications WHERE state NOT IN (2, 3, 4) LIMIT 1');
    if (open.length === 0) return;
    await database.query(
      `UPDATE notification_leases SET lease_until = clock_timestamp()
       WHERE ended_at IS NULL AND lease_until > clock_timestamp() AND claimed_at < clock_timestamp() - interval '5 seconds'`,
    );
    await database.query(
      'UPDATE notification_retries SET due_at = clock_timestamp() WHERE lease_token IS NULL AND due_at > clock_timestamp()',
    );
    await sleep(LOOK_MS);
  }
}

function uncovered(wanted: Numbers, happened: Happened, duringRestarts: number): Violation[] {
  const short = (Object.keys(wanted) as (keyof Numbers)[]).filter((name) => happened[name] < wanted[name]);
  const isQuiet = duringRestarts < happened.restarts * ANSWERS_A_RESTART;
  return [
    ...fault(
      'less happened than was wanted',
      short.map((name) => ({ name, wanted: wanted[name], happened: happened[name] })),
    ),
    ...fault('hardly anybody was there while replicas were restarted', isQuiet ? [{ duringRestarts }] : []),
  ];
}
