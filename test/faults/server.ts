import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { raw, sql } from '../../src/common/sql';
import { loadConfig } from '../../src/config/config';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres';
import { prepareDatabase } from '../../src/database/open-database';
import { dropFamily, onServer, withDatabase } from '../support/database';

/** A PostgreSQL to be hard on. */
export interface Server {
  /** As after `kill -QUIT` of the postmaster: no checkpoint, every connection gone, and recovery before the next one. Not on a given server. */
  crash?: () => void;
  close(): Promise<void>;
}

/**
 * Starts a server with a data directory of its own, or takes that of DATABASE_URL, and makes the migrated template there that
 * `freshDatabase` clones.
 */
export async function openServer(): Promise<Server> {
  const given = process.env.DATABASE_URL;
  const { url, crash, stop } = given ? { url: given, crash: undefined, stop: () => Promise.resolve() } : await startServer();
  const name = `crm_faults_${process.pid}_${randomBytes(3).toString('hex')}`;
  await onServer(url, (client) => client.query(sql`CREATE DATABASE ${raw(name)} TEMPLATE template0`));
  const templateUrl = withDatabase(url, name);
  await prepareDatabase(templateUrl, loadConfig({}), () => undefined);
  process.env.TEMPLATE_URL = templateUrl;
  return {
    crash,
    close: async () => {
      if (given) await dropFamily(templateUrl);
      await stop();
    },
  };
}

async function startServer() {
  const directory = mkdtempSync(join(tmpdir(), 'crm-service-faults-'));
  chmodSync(directory, 0o755); // as root, the server is another account's
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  // not even a crash of the server loses what it has given to the system, so nothing need wait for the disk
  const server = await startEmbeddedPostgres({
    dir: join(directory, 'postgres'),
    database: 'faults',
    port: 55_600,
    settings: { fsync: 'off', max_connections: '200' },
  });
  const leave = () => {
    server.stopSync();
    remove();
  };
  process.once('exit', leave);
  return {
    url: server.url,
    // startEmbeddedPostgres starts it again where it was
    crash: () => {
      const [pid] = readFileSync(join(directory, 'postgres', 'cluster', 'data', 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGQUIT');
    },
    stop: async () => {
      await server.stop();
      process.off('exit', leave);
      remove();
    },
  };
}
