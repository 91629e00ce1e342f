import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../src/config/config';
import { unprivilegedAccount } from '../../src/database/embedded-postgres/account';
import { locatePrograms } from '../../src/database/embedded-postgres/binaries';
import { prepareDatabase } from '../../src/database/open-database';
import { makeStandby, stopStandby, type Standby } from '../../src/database/standby/standby';
import { onServer, withDatabase } from './database';
import type { TestApp } from './app';
import { makeDataDirectory } from './service-process';
import { freePort, startSystemPostgres, type SystemPostgres } from './system-postgres';

/** The programs of the server that the tests run on; those in the box where it is of another machine. */
export async function programsOfTheTests(): Promise<string> {
  const found = await onServer(process.env.TEMPLATE_URL!, (client) =>
    client.query<{ setting: string }>(`SELECT setting FROM pg_config WHERE name = 'BINDIR'`),
  );
  const [{ setting: programs }] = found.rows;
  if (existsSync(join(programs, 'initdb'))) return programs;
  return dirname(locatePrograms(unprivilegedAccount()).path('initdb'));
}

/** A server of our own, with the template that `freshDatabase` clones from here on. */
export async function startServerOfTheTests(programs: string): Promise<SystemPostgres> {
  const server = await startSystemPostgres(programs);
  const template = withDatabase(server.url, 'crm_test');
  await onServer(template, (client) => client.query('CREATE DATABASE crm_test TEMPLATE template0'));
  await prepareDatabase(template, loadConfig({}), () => undefined);
  process.env.TEMPLATE_URL = template;
  return server;
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

const WAYS = ['count', 'preview', 'sample', 'preview-users', 'users', 'csv', 'overlap'] as const;
type Ways = Record<(typeof WAYS)[number], number>;

/** Every way to look sees so many. */
export const everyWay = (customers: number) => Object.fromEntries(WAYS.map((way) => [way, customers])) as Ways;

/** How many customers each way to look sees, of a segment of all customers; `other` lies over it. */
export async function lookedAt({ api }: TestApp, segment: { id: string }, other: { id: string }): Promise<Ways> {
  const path = `/segments/${segment.id}`;
  const [count, previewed, ids, users, csv, overlap] = await Promise.all([
    api.get(`${path}/count`).expect(200),
    api.post('/segments/preview?sample=10').send({ filters: {} }).expect(200),
    api.post(`${path}/preview-users`).expect(200),
    api.get(`${path}/users`).expect(200),
    api.get(`${path}/users.csv`).expect(200),
    api
      .post('/segments/overlap')
      .send({ segment_ids: [segment.id, other.id] })
      .expect(200),
  ]);
  return {
    count: count.body.total,
    preview: previewed.body.total,
    sample: previewed.body.sample.length,
    'preview-users': Number(ids.headers['x-total-count']),
    users: users.body.length,
    csv: csv.text.trim().split('\n').length - 1,
    overlap: overlap.body.union,
  };
}
