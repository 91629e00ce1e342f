import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveTo, unprivilegedAccount } from '../../src/database/embedded-postgres/account';

const INSTALLED = '/usr/lib/postgresql';

/** The newest PostgreSQL of this machine with all its programs; the embedded one has neither pg_dump nor pg_restore. */
export const systemPrograms = (existsSync(INSTALLED) ? readdirSync(INSTALLED) : [])
  .sort((a, b) => Number(b) - Number(a))
  .map((version) => join(INSTALLED, version, 'bin'))
  .find((bin) => ['initdb', 'pg_ctl', 'pg_dump', 'pg_restore', 'psql'].every((name) => existsSync(join(bin, name))));

export interface SystemPostgres {
  /** Of the superuser, who needs no password, and the database postgres. */
  url: string;
  stop(): void;
}

/** Starts one with a data directory of its own, which is gone when it stops. */
export async function startSystemPostgres(bin: string): Promise<SystemPostgres> {
  const account = unprivilegedAccount();
  const directory = mkdtempSync(join(tmpdir(), 'crm-service-postgres-'));
  chmodSync(directory, 0o755);
  giveTo(account, directory);
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), args, { ...account, cwd: directory, env: { LC_ALL: 'C' }, stdio: 'ignore' });
  const data = join(directory, 'data');
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync');
  const port = await freePort();
  appendFileSync(join(data, 'postgresql.conf'), 'fsync = off\n'); // there, so that a standby has it too
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  run('pg_ctl', '-D', data, '-w', '-l', join(directory, 'log'), '-o', options.join(' '), 'start');
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: () => {
      run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
