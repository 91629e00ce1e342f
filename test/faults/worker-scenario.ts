import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';
import type { Chance } from './chance';
import type { Crew } from './crew';
import type { Fleet } from './fleet';
import { fault, violations } from './invariants';
import type { RecordedFigures, Recorder } from './recorder';
import { dispatch, type RequestFigures } from './requests';
import type { WorkerChaos } from './worker-chaos';
import type { Facts } from './worker-facts';

/** What is not delivered by then never will be. */
const SCENARIO_MS = 120_000;
const LOOK_MS = 50;

interface Scenario {
  facts: Facts;
  database: FreshDatabase;
  fleet: Fleet;
  crew: Crew;
  /** Whether everybody who was stopped has gone on. */
  isQuiet: () => boolean;
  chaos: WorkerChaos;
  chance: Chance;
  recorder: Recorder;
}

export interface ScenarioFigures extends RecordedFigures {
  /** Notifications that had ended when the last kill landed. */
  moved: number;
}

/** Dispatches all campaigns while workers deliver and are killed, lets the rest be delivered, and looks at what there is. */
export async function workerScenario(scenario: Scenario): Promise<ScenarioFigures> {
  const { facts, database, fleet, crew, chance, recorder } = scenario;
  const giveUpAt = Date.now() + SCENARIO_MS;
  const requests: RequestFigures = { answered: 0, repeated: 0, wrong: [] };
  recorder.begin(facts);
  await fleet.race();
  crew.start();
  await Promise.all(facts.campaigns.map((id) => dispatch(id, randomUUID(), fleet, chance, requests, giveUpAt)));
  const moved = await delivered(scenario, giveUpAt);
  await crew.stop();
  fleet.rest(() => undefined);
  const recorded = await recorder.check(database);
  return {
    ...recorded,
    moved,
    found: [
      ...recorded.found,
      ...(await violations(database, ['invariants.sql', 'workers.sql'])),
      ...fault('a dispatch has an answer that it should not have', requests.wrong),
      ...fault('a process ended although nobody killed it', [...fleet.exits(), ...crew.exits()]),
    ],
  };
}

/** Waits until everything has ended, the last lease as well. @returns what had ended when the last kill landed */
async function delivered({ database, chaos, isQuiet }: Scenario, giveUpAt: number): Promise<number> {
  let moved: number | undefined;
  for (;;) {
    const [now] = await database.query<Record<'ended' | 'open' | 'leases' | 'writing', number>>(`
      SELECT count(*) FILTER (WHERE state IN (2, 3))::int AS ended, count(*) FILTER (WHERE state IN (0, 1))::int AS open,
             (SELECT count(*)::int FROM notification_leases WHERE ended_at IS NULL) AS leases,
             (SELECT count(*)::int FROM dispatches WHERE status <> 'dispatched') AS writing
      FROM notifications`);
    const isDelivered = now.open === 0 && now.writing === 0;
    if (chaos.isDone() || isDelivered) moved ??= now.ended;
    if (isDelivered) chaos.end();
    if ((isDelivered && now.leases === 0 && isQuiet()) || Date.now() > giveUpAt) return moved ?? now.ended;
    await sleep(LOOK_MS);
  }
}
