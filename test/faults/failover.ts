import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, type QueryResultRow } from 'pg';
import { raw, sql } from '../../src/common/sql';
import { loadConfig } from '../../src/config/config';
import { prepareDatabase } from '../../src/database/open-database';
import { promoteStandby } from '../../src/database/standby/standby';
import { type FreshDatabase, onServer, withDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { programsOfTheTests, standbyOf, type TestStandby } from '../support/standby';
import { startSystemPostgres } from '../support/system-postgres';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import type { Builds } from './build';
import { type Chance, chanceOf } from './chance';
import { count, ended, patient, wrongAudiences } from './checks';
import { loadCustomers, makeCampaigns, type PlannedCampaign } from './facts';
import { type Fleet, startFleet } from './fleet';
import { fault, type Violation, violations } from './invariants';
import { type Answered, dispatch, type RequestFigures } from './requests';
import { startDeliveries } from './failover-deliveries';

/** A round that has not ended by then is stuck: leases of 5 s run out, and dispatches are taken up after 30 s. */
const ROUND_MS = 180_000;
/** The primary dies at some moment of this, from when the first notification was reported. */
const WITHIN_MS = 1500;
/** What a replication that is not waited for may lack, in the mutant: it hears of nothing for so long. */
const DEAF_MS = 500;
const DATABASE = 'crm_failover';

export const failoverMutantNames = ['asynchronous'] as const;

export interface FailoverFaults {
  builds: Builds;
  promotions: number;
  seed: number;
  /** `asynchronous`: COMMIT waits for no standby, and the standby is behind. */
  mutant?: (typeof failoverMutantNames)[number];
}

/** What a run did, and what came of it. */
interface Outcome {
  faults: 'failover';
  seed: number;
  mutant?: string;
  /** Of a mutant: whether it was, by what must notice it. */
  caught?: boolean;
  promotions: number;
  dispatches: number;
  notifications: number;
  /** Reported as sent, and told so. */
  settled: number;
  /** Of what was acknowledged: dispatches that are not there, notifications that are not sent. */
  lost: number;
  /** Customers who have two notifications of one dispatch. */
  duplicates: number;
  /** From the death of the primary to the first answer that needs the database, the longest. */
  longest_outage_seconds: number;
  found: Violation[];
  seconds: number;
}

/** A server and its standby, which takes its place. */
interface Pair {
  primary: { url: string; kill: () => Promise<void> };
  standby: TestStandby;
  /** Between the two. */
  wire: TcpProxy;
}

/** Kills primaries under load and promotes their standbys, behind an address that stays, and looks each time at what there is. Needs TEMPLATE_URL. */
export async function failoverFaults({ builds, promotions, seed, mutant }: FailoverFaults): Promise<Outcome> {
  const started = performance.now();
  const chance = chanceOf(seed);
  const first = await startSystemPostgres(await programsOfTheTests());
  let primary: Pair['primary'] = { url: first.url, kill: () => Promise.resolve(first.stop()) };
  const totals = { dispatches: 0, notifications: 0, settled: 0, lost: 0, duplicates: 0, longest_outage_seconds: 0 };
  const found: Violation[] = [];
  let promoted = 0;
  let address: TcpProxy | undefined;
  let fleet: Fleet | undefined;
  let database: FreshDatabase | undefined;
  try {
    await prepare(primary.url);
    address = await startTcpProxy(primary.url);
    database = patient(databaseAt(withDatabase(address.through(primary.url), DATABASE)));
    await loadCustomers(database);
    fleet = startFleet(builds.make(), database.url, chance, () => Promise.resolve('pass'), 1);
    for (; promoted < promotions && found.length === 0; promoted++) {
      const pair = await makePair(primary, mutant === undefined);
      primary = { url: pair.standby.url, kill: () => pair.standby.remove() };
      const figures = await round({ pair, address, database, fleet, chance, isDeaf: mutant !== undefined });
      for (const name of ['dispatches', 'notifications', 'settled', 'lost', 'duplicates'] as const)
        totals[name] += figures[name];
      totals.longest_outage_seconds = Math.max(totals.longest_outage_seconds, figures.outage_seconds);
      found.push(...figures.found);
    }
  } finally {
    await fleet?.stop();
    await database?.drop();
    await address?.close();
    await primary.kill();
  }
  return {
    faults: 'failover',
    seed,
    mutant,
    caught: mutant && totals.lost > 0,
    promotions: promoted,
    ...totals,
    found,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
}

interface Round {
  pair: Pair;
  address: TcpProxy;
  database: FreshDatabase;
  fleet: Fleet;
  chance: Chance;
  /** The standby hears of nothing before the primary dies. */
  isDeaf: boolean;
}

/** Dispatches and delivers, kills the primary in the middle of it, promotes the standby, and looks at what there is when all has ended. */
async function round({ pair, address, database, fleet, chance, isDeaf }: Round) {
  const giveUpAt = Date.now() + ROUND_MS;
  const requests: RequestFigures = { answered: 0, repeated: 0, wrong: [] };
  const campaigns = await makeCampaigns(database, chance);
  const acknowledged: Answered[] = [];
  const ask = async ({ id }: PlannedCampaign) => {
    const answer = await dispatch(id, randomUUID(), fleet, chance, requests, giveUpAt);
    if (answer) acknowledged.push(answer);
  };
  await fleet.race();
  const deliveries = startDeliveries(fleet, giveUpAt);
  const asked = Promise.all(campaigns.map(ask));
  await deliveries.begun;
  await sleep(chance.below(WITHIN_MS));
  if (isDeaf) {
    pair.wire.freeze();
    await sleep(DEAF_MS);
  }
  const before = { dispatches: acknowledged.map(({ dispatchId }) => dispatchId), sent: [...deliveries.sent] };
  const outage = await failOver(pair, address, database);

  const [lostDispatches, lostSettles] = [await missing(database, before.dispatches), await unsent(database, before.sent)];
  await asked;
  const isOver = await ended(database, undefined, giveUpAt);
  await deliveries.finished(database);
  fleet.rest(() => undefined);
  const figures = await count(database);
  const lostLater = [
    ...(await missing(
      database,
      acknowledged.map(({ dispatchId }) => dispatchId),
    )),
    ...(await unsent(database, [...deliveries.sent])),
  ];
  const lost = new Set([...lostDispatches, ...lostSettles, ...lostLater]);
  return {
    dispatches: figures.dispatches,
    notifications: figures.notifications,
    settled: deliveries.sent.size,
    lost: lost.size,
    duplicates: figures.duplicates,
    outage_seconds: outage,
    found: [
      ...fault('what was acknowledged is lost', [...lost]),
      ...(isOver ? [] : fault('dispatches did not end', [{ giveUpAt }])),
      ...(await violations(database)),
      ...(await wrongAudiences(database, campaigns)),
      ...fault('a request has an answer that it should not have', [...requests.wrong, ...deliveries.wrong]),
      ...fault('a process ended although nobody killed it', fleet.exits()),
    ],
  };
}

/** @returns the seconds until the database takes writes at its address again */
async function failOver({ primary, standby, wire }: Pair, address: TcpProxy, database: FreshDatabase): Promise<number> {
  const began = performance.now();
  await primary.kill();
  await address.refuse();
  await wire.close();
  await promoteStandby(standby.directory);
  address.leadTo(standby.url);
  await address.forward();
  await database.query('SELECT txid_current()');
  return Math.round((performance.now() - began) / 10) / 100;
}

async function makePair(primary: Pair['primary'], isSynchronous: boolean): Promise<Pair> {
  const wire = await startTcpProxy(primary.url);
  const standby = await standbyOf(wire.through(primary.url));
  await onServer(primary.url, async (client) => {
    await client.query(sql`ALTER SYSTEM SET synchronous_standby_names = ${raw(isSynchronous ? `'${standby.name}'` : `''`)}`);
    await client.query('SELECT pg_reload_conf()');
    await eventually(async () => {
      const { rows } = await client.query<{ sync_state: string }>('SELECT sync_state FROM pg_stat_replication');
      if (rows[0]?.sync_state !== (isSynchronous ? 'sync' : 'async')) throw new Error('The standby does not follow');
    });
  });
  return { primary, standby, wire };
}

async function prepare(server: string): Promise<void> {
  await onServer(server, (client) => client.query(sql`CREATE DATABASE ${raw(DATABASE)} TEMPLATE template0`));
  await prepareDatabase(withDatabase(server, DATABASE), loadConfig({}), () => undefined);
}

function databaseAt(url: string): FreshDatabase {
  const pool = new Pool({ connectionString: url, max: 5, options: '-c search_path=crm,public -c timezone=UTC' });
  pool.on('error', () => undefined); // servers die here
  return {
    url,
    query: async <Row extends QueryResultRow>(text: string, values?: unknown[]) =>
      (await pool.query<Row>(text, values)).rows,
    drop: () => pool.end(),
  };
}

const missing = async (database: FreshDatabase, ids: readonly string[]): Promise<string[]> =>
  (
    await database.query<{ id: string }>(
      'SELECT id::text FROM unnest($1::bigint[]) AS asked (id) WHERE NOT EXISTS (SELECT FROM dispatches d WHERE d.id = asked.id)',
      [ids],
    )
  ).map(({ id }) => `dispatch ${id}`);

/** Notifications that were reported and are not sent: as they are named on the wire, `dispatch:customer`. */
const unsent = async (database: FreshDatabase, ids: readonly string[]): Promise<string[]> =>
  (
    await database.query<{ id: string }>(
      `SELECT id FROM unnest($1::text[]) AS asked (id) WHERE NOT EXISTS (
         SELECT FROM notifications n WHERE n.dispatch_id = split_part(id, ':', 1)::bigint AND n.user_id = split_part(id, ':', 2)::uuid AND n.state = 2)`,
      [ids],
    )
  ).map(({ id }) => `notification ${id}`);
