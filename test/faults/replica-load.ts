import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiProblem, type Client, createClient, runWorker } from '@crm-service/client';
import type { FreshDatabase } from '../support/database';
import type { Chance } from './chance';
import { ADMIN_TOKEN } from './fleet';
import { fault, type Violation } from './invariants';
import type { Wire } from './replica-wire';

/** Customers, and of how many parts a dispatch reaches one. */
const CUSTOMERS = 600;
const PARTS = 20;
const [READERS, CREATORS, DISPATCHERS, WORKERS] = [4, 2, 2, 2];
/** Between two requests of one client, at most; between two dispatches. Everybody says something while a replica is leaving. */
const THINK_MS = 60;
const BETWEEN_DISPATCHES_MS = 500;
/** Before a request is repeated. What Retry-After asks for is left to the workers: here something is to be asked all the time. */
const PAUSE_MS = 100;

export interface Load {
  /** Nothing new is created or dispatched; what is queued goes on being delivered. */
  ebb(): Promise<void>;
  stop(): Promise<void>;
  /** What was promised and is not so. */
  check(database: Pick<FreshDatabase, 'query'>): Promise<Violation[]>;
  figures: { created: number; dispatches: number; repeated: number; delivered: number };
}

export const loadCustomers = (database: Pick<FreshDatabase, 'query'>) =>
  database.query(
    `INSERT INTO users (id, email, preferences)
     SELECT gen_random_uuid(), 'customer-' || n || '@example.invalid', jsonb_build_object('part', n % $2) FROM generate_series(1, $1) n`,
    [CUSTOMERS, PARTS],
  );

/** Clients that ask for everything, all the time, until they are told to stop. */
export function startLoad(url: string, wire: Wire, chance: Chance): Load {
  const stop = new AbortController();
  const workersStop = new AbortController();
  const figures = { created: 0, dispatches: 0, repeated: 0, delivered: 0 };
  /** Ids by what they were given as a name. */
  const segments = new Map<string, string>();
  const dispatches = new Set<string>();
  const delivered = new Set<string>();
  const wrong: string[] = [];

  const clientOf = (attempts: number) =>
    createClient({ baseUrl: url, token: ADMIN_TOKEN, attempts, fetch: wire.client(), timeoutSeconds: 120 });

  /** The same request with the same key until it is answered, as a careful client does it. What is wrong with an answer the wire hears. */
  const insist = async <T>(ask: (idempotencyKey: string) => Promise<T>): Promise<T | undefined> => {
    const key = randomUUID();
    for (;;)
      try {
        return await ask(key);
      } catch (error) {
        if ((error as ApiProblem).isPassing === false && (error as Error).name === 'ApiProblem') return undefined;
        figures.repeated++;
        await sleep(PAUSE_MS);
      }
  };
  const always = async (work: (client: Client) => Promise<void>, thinkMs: number) => {
    const client = clientOf(1);
    while (!stop.signal.aborted) {
      await work(client);
      await sleep(chance.below(thinkMs));
    }
  };

  const read = (client: Client) => {
    const segment = segments.size > 0 ? chance.pick([...segments.values()].slice(-50)) : undefined;
    const dispatch = dispatches.size > 0 ? chance.pick([...dispatches].slice(-50)) : undefined;
    const asks: (() => Promise<unknown>)[] = [
      () => client.get('/segments', { query: { limit: 20 } }),
      () => client.get('/campaigns', { query: { limit: 20 } }),
      () => client.get('/notifications', { query: { limit: 20, status: 'queued', total: false } }),
    ];
    if (segment)
      asks.push(
        () => client.get('/segments/{segment_id}', { path: { segment_id: segment } }),
        () => client.post('/segments/{segment_id}/preview-users', { path: { segment_id: segment }, query: { limit: 10 } }),
      );
    if (dispatch) asks.push(() => client.get('/dispatches/{dispatch_id}', { path: { dispatch_id: dispatch } }));
    return insist(chance.pick(asks)).then(() => undefined);
  };

  const create = async (client: Client) => {
    const name = `Made ${randomUUID()}`;
    const filters = { preferences_contains: { part: Math.floor(chance.below(PARTS)) } };
    const made = await insist((idempotencyKey) => client.post('/segments', { body: { name, filters }, idempotencyKey }));
    if (!made) return;
    segments.set(name, made.id);
    figures.created++;
    const path = { segment_id: made.id };
    const found = await insist(() => client.get('/segments/{segment_id}', { path }));
    if (found?.name !== name) wrong.push(`${name} was created, and is not to be found`);
  };

  const dispatch = async (client: Client) => {
    if (segments.size === 0) return;
    const body = {
      name: `Made ${randomUUID()}`,
      message: 'See you at the market!',
      channel: chance.pick(['webpush', 'email'] as const),
      segment_ids: [chance.pick([...segments.values()])],
    };
    const campaign = await insist((idempotencyKey) => client.post('/campaigns', { body, idempotencyKey }));
    if (!campaign) return;
    const path = { campaign_id: campaign.id };
    const headers = { Prefer: `wait=${chance.pick([0, 0, 1])}` };
    const ask = (idempotencyKey: string) =>
      client.post('/campaigns/{campaign_id}/dispatch', { path, headers, body: {}, idempotencyKey });
    const begun = await insist(ask);
    if (!begun) return;
    dispatches.add(begun.id);
    figures.dispatches++;
  };

  const work = (_: unknown, n: number) =>
    runWorker({
      client: clientOf(5),
      channel: 'webpush',
      worker: `worker-${n}`,
      batchSize: 50,
      leaseSeconds: 20,
      waitSeconds: 2,
      signal: workersStop.signal,
      send: async ({ id }) => {
        await sleep(chance.below(4));
        delivered.add(id);
        figures.delivered++;
      },
      onError: () => undefined, // the wire heard it
    });

  const clients = Promise.all(
    (
      [
        [READERS, read, THINK_MS],
        [CREATORS, create, 4 * THINK_MS],
        [DISPATCHERS, dispatch, BETWEEN_DISPATCHES_MS],
      ] as const
    ).flatMap(([count, ask, thinkMs]) => Array.from({ length: count }, () => always(ask, thinkMs))),
  );
  const workers = Promise.all(Array.from({ length: WORKERS }, work));
  for (const running of [clients, workers]) running.catch((error: unknown) => wrong.push(String(error)));

  return {
    figures,
    ebb: async () => {
      stop.abort();
      await clients.catch(() => undefined);
    },
    stop: async () => {
      stop.abort();
      workersStop.abort();
      await Promise.allSettled([clients, workers]);
    },
    check: async (database) => {
      const rows = await database.query<{ id: string; name: string; entries: string }>(
        `SELECT s.id, s.name, (SELECT count(*) FROM audit_entries e WHERE e.action = 'segment.created' AND e.target_id = s.id::text) AS entries
         FROM segments s`,
      );
      const ids = new Set(rows.map(({ id }) => id));
      const runs = await database.query<{ id: string }>('SELECT id::text FROM dispatches');
      const known = new Set(runs.map(({ id }) => id));
      const sent = await database.query<{ id: string; channel: string; state: number }>(
        `SELECT n.dispatch_id || ':' || n.user_id AS id, d.channel, n.state FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id`,
      );
      return [
        ...fault('a client has what it should not have', wrong),
        ...fault(
          'what was created is gone',
          [...segments].filter(([, id]) => !ids.has(id)),
        ),
        ...fault(
          'what was created once is there twice',
          rows.filter(({ name }, i) => rows.findIndex((row) => row.name === name) !== i),
        ),
        ...fault(
          'what was created has not exactly one entry',
          rows.filter(({ entries }) => entries !== '1'),
        ),
        ...fault(
          'what was dispatched is gone',
          [...dispatches].filter((id) => !known.has(id)),
        ),
        ...fault(
          'a notification did not end as sent',
          sent.filter(({ state }) => state !== 2),
        ),
        ...fault(
          'a notification is sent that nobody delivered',
          sent.filter(({ id, channel, state }) => state === 2 && channel === 'webpush' && !delivered.has(id)),
        ),
      ];
    },
  };
}
