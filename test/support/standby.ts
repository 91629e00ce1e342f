import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unprivilegedAccount } from '../../src/database/embedded-postgres/account';
import { locatePrograms } from '../../src/database/embedded-postgres/binaries';
import { makeStandby, stopStandby, type Standby } from '../../src/database/standby/standby';
import { onServer } from './database';
import { makeDataDirectory } from './service-process';
import { freePort } from './system-postgres';

/** The programs of the server that the tests run on; those in the box where it is of another machine. */
export async function programsOfTheTests(): Promise<string> {
  const found = await onServer(process.env.TEMPLATE_URL!, (client) =>
    client.query<{ setting: string }>(`SELECT setting FROM pg_config WHERE name = 'BINDIR'`),
  );
  const [{ setting: programs }] = found.rows;
  if (existsSync(join(programs, 'initdb'))) return programs;
  return dirname(locatePrograms(unprivilegedAccount()).path('initdb'));
}

export interface TestStandby extends Standby {
  /** Stops it where it runs, and removes it. */
  remove(): Promise<void>;
}

/** A standby of the server of `url`, in a directory of its own. */
export async function standbyOf(url: string): Promise<TestStandby> {
  const directory = makeDataDirectory();
  const standby = await makeStandby(url, join(directory, 'standby'), await freePort());
  return {
    ...standby,
    remove: async () => {
      await stopStandby(standby.directory, 'immediate').catch(() => undefined); // it was stopped already
      rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
