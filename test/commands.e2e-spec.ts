import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildService, built } from './support/service-process';

beforeAll(buildService, 60_000);

const { scripts } = JSON.parse(readFileSync(join(resolve(__dirname, '..'), 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** Every command with arguments, by the name that npm run knows it by. */
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [, entry] = /^node --enable-source-maps dist\/(.+\.command\.js)$/.exec(script) ?? [];
  return entry && name !== 'citus:plan' ? [{ name, entry }] : []; // that takes no arguments
});

it.each(commands)('npm run $name -- --help prints how it is used, and asks no database', ({ name, entry }) => {
  const env = { PATH: process.env.PATH, DATABASE_URL: 'postgres://crm@127.0.0.1:1/crm' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [built(entry), '--help'], { env, encoding: 'utf8' });

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`npm run ${name}`);
});

it('are all of them', () => {
  expect(commands.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['migrate', 'retention', 'standby', 'after-restore', 'doctor', 'import', 'demo', 'infer']),
  );
});
