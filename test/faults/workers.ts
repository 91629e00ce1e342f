import { type FreshDatabase, freshDatabase } from '../support/database';
import type { Builds } from './build';
import { chanceOf } from './chance';
import { leftConnections, patient } from './checks';
import { type Clock, startClock } from './clock';
import { type Crew, makeCrew } from './crew';
import { type Fleet, startFleet } from './fleet';
import { makeForeman } from './foreman';
import { fault, type Violation } from './invariants';
import { makeRecorder, type RecordedFigures, type WireFigures } from './recorder';
import { startStatementProxy } from './statement-proxy';
import { makeWorkerChaos, type WorkerChaos } from './worker-chaos';
import { makeFacts, prepareFacts } from './worker-facts';
import { applyMutant, type WorkerMutant, type WorkerMutantName, workerMutants } from './worker-mutants';
import { workerScenario } from './worker-scenario';
import { type WorkerWindow, workerWindows } from './worker-windows';

/** Kills before what is left is delivered in peace, and looked at. */
const KILLS_A_SCENARIO = 50;
/** Notifications that it takes: so many, and so many for each kill. */
const NOTIFICATIONS = 800;
const NOTIFICATIONS_A_KILL = 32;
/** Where a machine is busy, not all land that are wanted: twice as many scenarios and so many more, and no more will. */
const SPARE_SCENARIOS = 3;
/** Messages that kill whoever delivers them, in each scenario. */
const DEADLY = 3;
/** A mutant that has done no harm by then is not going to. It needs fewer kills. */
const MUTANT_SCENARIOS = 4;
const MUTANT_KILLS = 15;
/** Every window has at least this share of the kills, or nothing is proven about it. */
const LEAST_SHARE = 0.05;
/** And so many of the notifications end while workers are killed. */
const LEAST_PROGRESS = 0.01;
/** Services that wait to take a killed one's place. */
const SERVICES_AHEAD = 1;

export interface WorkerFaults {
  builds: Builds;
  /** Of a mutant: as many as it takes. */
  kills: number;
  /** Workers that are stopped until somebody else has what they hold. */
  pauses: number;
  seed: number;
  /** The run ends when it is caught. */
  mutant?: WorkerMutantName;
  /** Crashes the server under all of them; it comes back by itself. */
  crash?: () => void;
}

/** What a run did, and what came of it. */
export interface WorkersOutcome extends WireFigures, Omit<RecordedFigures, 'found'> {
  faults: 'workers';
  seed: number;
  mutant?: WorkerMutantName;
  /** Of a mutant: whether it was, by what must notice it. */
  caught?: boolean;
  kills: number;
  windows: Record<WorkerWindow, number>;
  pauses: number;
  services_killed: number;
  terminated: number;
  lost_answers: number;
  server_crashes: number;
  /** Since the server last crashed; whoever was in one was told to repeat the call. */
  deadlocks: number;
  scenarios: number;
  /** Of all notifications, those that had ended when the last kill of their scenario landed. */
  moved_share: number;
  /** Everything that does not hold, of the data, of the processes and of the run itself. Empty where all is well. */
  found: Violation[];
  seconds: number;
}

/** Kills workers until so many are dead, and looks after each scenario at what was delivered, settled and left. Needs TEMPLATE_URL. */
export async function workerFaults({ builds, kills, seed, mutant, crash, ...rest }: WorkerFaults): Promise<WorkersOutcome> {
  const started = performance.now();
  const {
    pauses,
    caughtBy,
    deadly = DEADLY,
  }: Pick<WorkerFaults, 'pauses'> & Partial<WorkerMutant> = mutant ? workerMutants[mutant] : rest;
  const atOnce = mutant ? MUTANT_KILLS : Math.min(kills, KILLS_A_SCENARIO);
  const wanted = mutant ? MUTANT_KILLS * MUTANT_SCENARIOS : kills;
  const planned = mutant ? 1 : Math.ceil(wanted / KILLS_A_SCENARIO);
  const most = mutant ? MUTANT_SCENARIOS : 2 * planned + SPARE_SCENARIOS;
  const chance = chanceOf(seed);
  const database = patient(await freshDatabase());
  const recorder = makeRecorder();
  const totals = { notifications: 0, lost: 0, double_settles: 0, innocents_dead: 0, poison_dead: 0, moved: 0 };
  const found: Violation[] = [];
  const isCaught = () => caughtBy && found.some(({ name }) => caughtBy.test(name));
  const isDone = () =>
    mutant ? isCaught() : found.length > 0 || (chaos.killed() >= kills && chaos.figures.pauses >= pauses);
  let crew: Crew | undefined;
  let fleet: Fleet | undefined;
  let clock: Clock | undefined;
  let campaigns: string[] = [];
  let scenarios = 0;
  let deadlocks: number;
  const workers = () => crew!;
  const chaos = makeWorkerChaos(wanted, chance, workers, {
    terminate: async (backend) => void (await database.query('SELECT pg_terminate_backend($1)', [backend])),
    crash,
  });
  const wire = await startStatementProxy(database.url, chaos.strikeStatement);
  try {
    await prepareFacts(database, NOTIFICATIONS + atOnce * NOTIFICATIONS_A_KILL);
    if (mutant) await applyMutant(database, mutant);
    fleet = startFleet(builds.make(), database.url, chance, chaos.strikeStatement, SERVICES_AHEAD);
    const { foreman, isQuiet } = makeForeman({ fleet, database, chance, chaos, recorder, campaigns: () => campaigns });
    const script = builds.worker();
    for (; scenarios < most && !isDone(); scenarios++) {
      const facts = await makeFacts(database, chance, deadly);
      campaigns = facts.campaigns;
      crew = makeCrew(script, wire.url, foreman);
      clock = startClock(database, crew);
      chaos.begin(
        Math.min(atOnce, wanted - chaos.killed()),
        Math.ceil((pauses - chaos.figures.pauses) / Math.max(1, planned - scenarios)),
        crash !== undefined && !mutant && scenarios % 2 === 0,
      );
      const figures = await workerScenario({ facts, database, fleet, crew, isQuiet, chaos, chance, recorder });
      await clock.stop();
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += figures[name];
      found.push(...figures.found);
    }
    await fleet.stop();
    deadlocks = await countDeadlocks(database);
    if (!mutant) found.push(...(await leftConnections(database)), ...uncovered(chaos, wanted, pauses, totals));
  } finally {
    await crew?.stop();
    await clock?.stop();
    await fleet?.stop();
    await wire.close();
    await database.drop();
  }
  const { moved, ...counted } = totals;
  return {
    faults: 'workers',
    seed,
    mutant,
    caught: isCaught(),
    kills: chaos.killed(),
    windows: chaos.figures.kills,
    pauses: chaos.figures.pauses,
    services_killed: chaos.figures.services,
    terminated: chaos.figures.terminated,
    lost_answers: chaos.figures.cuts,
    server_crashes: chaos.figures.crashes,
    deadlocks,
    scenarios,
    ...counted,
    moved_share: Math.round((1000 * moved) / counted.notifications) / 1000,
    ...recorder.figures,
    found,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
}

async function countDeadlocks(database: FreshDatabase): Promise<number> {
  const [{ deadlocks }] = await database.query<{ deadlocks: string }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(deadlocks);
}

function uncovered(
  chaos: WorkerChaos,
  kills: number,
  pauses: number,
  { notifications, moved }: { notifications: number; moved: number },
): Violation[] {
  const landed = chaos.killed();
  const stopped = chaos.figures.pauses;
  return [
    ...fault('fewer kills landed than were wanted', landed < kills ? [{ kills, landed }] : []),
    ...fault('fewer workers were stopped than were wanted', stopped < pauses ? [{ pauses, stopped }] : []),
    ...fault(
      'a window has fewer than 5 % of the kills',
      workerWindows.filter((window) => chaos.figures.kills[window] < landed * LEAST_SHARE),
    ),
    ...fault(
      'hardly anything ended while workers were killed',
      moved < notifications * LEAST_PROGRESS ? [{ moved, notifications }] : [],
    ),
  ];
}
