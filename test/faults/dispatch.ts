import { randomUUID } from 'node:crypto';
import { type FreshDatabase, freshDatabase } from '../support/database';
import type { Builds } from './build';
import { type Chance, chanceOf } from './chance';
import { type Chaos, makeChaos } from './chaos';
import { count, ended, leftConnections, patient, wrongAudiences } from './checks';
import { loadCustomers, makeCampaigns, type PlannedCampaign } from './facts';
import { type Fleet, startFleet } from './fleet';
import { fault, type Violation, violations } from './invariants';
import { type Mutant, type MutantName, mutants } from './mutants';
import { type Answered, dispatch, type RequestFigures } from './requests';
import { type Window, windows } from './windows';

/** Kills before the dispatches are left to end, and looked at. */
const KILLS_A_SCENARIO = 20;
/** So many scenarios more than the kills need, and no more will land. */
const SPARE_SCENARIOS = 5;
/** A mutant that has done no harm by then is not going to. */
const MUTANT_SCENARIOS = 20;
/** A dispatch that has not ended by then is stuck: nothing waits for more than the 30 s between attempts of a process. */
const SCENARIO_MS = 120_000;
/** Every window has at least this share of the kills, or nothing is proven about it. */
const LEAST_SHARE = 0.05;

export interface DispatchFaults {
  builds: Builds;
  /** Of a mutant only where it needs them. */
  kills: number;
  seed: number;
  /** The run ends when it is caught. */
  mutant?: MutantName;
  /** Crashes the server under all of them; it comes back by itself. */
  crash?: () => void;
}

/** What a run did, and what came of it. */
export interface Outcome {
  faults: 'dispatch';
  seed: number;
  mutant?: MutantName;
  /** Of a mutant: whether it was, by what must notice it. */
  caught?: boolean;
  kills: number;
  windows: Record<Window, number>;
  terminated: number;
  cut_commits: number;
  server_crashes: number;
  scenarios: number;
  dispatches: number;
  notifications: number;
  requests: { answered: number; repeated: number };
  lost: number;
  duplicates: number;
  false_dispatched: number;
  /** Everything that does not hold, of the data, of the processes and of the run itself. Empty where all is well. */
  found: Violation[];
  seconds: number;
}

/** Kills processes that dispatch until so many are dead, and looks after each scenario at what they left. Needs TEMPLATE_URL. */
export async function dispatchFaults({ builds, kills, seed, mutant, crash }: DispatchFaults): Promise<Outcome> {
  const started = performance.now();
  const {
    schema = [],
    kills: where,
    campaigns = /^/,
    caughtBy,
  }: Partial<Mutant> & { kills: readonly Window[] } = mutant ? mutants[mutant] : { kills: windows };
  const wanted = where.length > 0 ? kills : 0;
  const most = mutant ? MUTANT_SCENARIOS : Math.ceil(wanted / KILLS_A_SCENARIO) + SPARE_SCENARIOS;
  const chance = chanceOf(seed);
  const main = builds.make(mutant);
  const database = patient(await freshDatabase());
  const chaos = makeChaos(wanted, where, chance, {
    terminate: async (backend) => void (await database.query('SELECT pg_terminate_backend($1)', [backend])),
    crash,
  });
  const totals = { dispatches: 0, notifications: 0, lost: 0, duplicates: 0, false_dispatched: 0 };
  const requests: RequestFigures = { answered: 0, repeated: 0, wrong: [] };
  const found: Violation[] = [];
  const isCaught = () => caughtBy && found.some(({ name }) => caughtBy.test(name));
  const isDone = () => (mutant ? isCaught() : found.length > 0 || chaos.killed() >= kills);
  let scenarios = 0;
  let fleet: Fleet | undefined;
  try {
    await loadCustomers(database);
    for (const statement of schema) await database.query(statement);
    fleet = startFleet(main, database.url, chance, chaos.strike);
    for (; scenarios < most && !isDone(); scenarios++) {
      chaos.begin(
        Math.min(KILLS_A_SCENARIO, wanted - chaos.killed()),
        crash !== undefined && !mutant && scenarios % 2 === 0,
      );
      found.push(...(await scenario({ database, fleet, chaos, chance, requests, campaigns })));
      const figures = await count(database);
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += figures[name];
    }
    await fleet.stop();
    if (!mutant) found.push(...(await leftConnections(database)), ...uncovered(chaos, wanted));
  } finally {
    await fleet?.stop();
    await database.drop();
  }
  return {
    faults: 'dispatch',
    seed,
    mutant,
    caught: isCaught(),
    kills: chaos.killed(),
    windows: chaos.figures.kills,
    terminated: chaos.figures.terminated,
    cut_commits: chaos.figures.cuts,
    server_crashes: chaos.figures.crashes,
    scenarios,
    ...totals,
    requests: { answered: requests.answered, repeated: requests.repeated },
    found,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
}

interface Scenario {
  database: FreshDatabase;
  fleet: Fleet;
  chaos: Chaos;
  chance: Chance;
  requests: RequestFigures;
  /** The names of those to dispatch. */
  campaigns: RegExp;
}

/** Dispatches all campaigns at once, while processes are killed, and looks at what there is when all has ended. */
async function scenario({ database, fleet, chaos, chance, requests, campaigns: names }: Scenario): Promise<Violation[]> {
  const giveUpAt = Date.now() + SCENARIO_MS;
  const campaigns = (await makeCampaigns(database, chance)).filter(({ name }) => names.test(name));
  const answered: Answered[] = [];
  const ask = async (campaign: PlannedCampaign) => {
    const answer = await dispatch(campaign.id, randomUUID(), fleet, chance, requests, giveUpAt);
    if (answer) answered.push(answer);
    return answer;
  };
  const run = async (campaign: PlannedCampaign) => {
    const first = await ask(campaign);
    if (first && campaign.twice && (await ended(database, first.dispatchId, giveUpAt))) await ask(campaign);
  };
  await fleet.race();
  await Promise.all(campaigns.map(run));
  const isOver = await ended(database, undefined, giveUpAt);
  chaos.end();
  const repeated = isOver ? await repeatAll(answered, fleet, chance, requests) : [];
  fleet.rest(chaos.afterTheEnd);
  return [
    ...(await violations(database)),
    ...(await wrongAudiences(database, campaigns)),
    ...repeated,
    ...fault('a request has an answer that it should not have', requests.wrong),
    ...fault('a process ended although nobody killed it', fleet.exits()),
  ];
}

/** A key has one answer for ever: asked again, another process tells of the same dispatch. */
async function repeatAll(
  answered: Answered[],
  fleet: Fleet,
  chance: Chance,
  requests: RequestFigures,
): Promise<Violation[]> {
  const giveUpAt = Date.now() + SCENARIO_MS;
  const again = await Promise.all(
    answered.map(({ campaignId, key }) => dispatch(campaignId, key, fleet, chance, requests, giveUpAt)),
  );
  const others = answered.filter(({ dispatchId }, i) => again[i]?.dispatchId !== dispatchId);
  return fault('I6 a request that is repeated has another effect', others);
}

function uncovered(chaos: Chaos, wanted: number): Violation[] {
  const landed = chaos.killed();
  const bare = windows.filter((window) => chaos.figures.kills[window] < landed * LEAST_SHARE);
  return [
    ...fault('fewer kills landed than were wanted', landed < wanted ? [{ wanted, landed }] : []),
    ...fault('a window has fewer than 5 % of the kills', bare),
  ];
}
