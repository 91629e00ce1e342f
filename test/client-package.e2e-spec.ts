import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildService } from './support/service-process';

jest.setTimeout(120_000);

const root = resolve(__dirname, '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
interface Manifest {
  version: string;
  license: string;
  engines: object;
  dependencies?: object;
}

/** Somebody's project that has the package as npm would publish it. */
let project: string;
beforeAll(() => {
  buildService();
  project = mkdtempSync(join(tmpdir(), 'crm-client-test-'));
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  npm('pack', '-w', 'packages/client', '--pack-destination', project);
  const [packed] = readdirSync(project);
  const home = join(project, 'node_modules', '@crm-service', 'client');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, packed), '-C', home, '--strip-components', '1']);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const run = (name: string, text: string) => {
  writeFileSync(join(project, name), text);
  return execFileSync(process.execPath, [name], { cwd: project, encoding: 'utf8' }).trim();
};
const USE = `createClient({ baseUrl: 'http://127.0.0.1:1', token: 't', attempts: 1 }).get('/me').catch(({ name }) => console.log(name, typeof runWorker));`;

it('is imported by ES modules', () => {
  expect(run('a.mjs', `import { createClient, runWorker } from '@crm-service/client';\n${USE}`)).toBe('NoAnswer function');
});

it('is required by CommonJS', () => {
  expect(run('a.cjs', `const { createClient, runWorker } = require('@crm-service/client');\n${USE}`)).toBe(
    'NoAnswer function',
  );
});

it.each([
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
])('has types that hold by themselves, for %s', (moduleResolution, module) => {
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  for (const types of ['@types/node', 'undici-types'])
    try {
      symlinkSync(join(root, 'node_modules', types), join(project, 'node_modules', types));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  writeFileSync(
    join(project, 'a.ts'),
    `import { ApiProblem, createClient, type Schema } from '@crm-service/client';
     const client = createClient({ baseUrl: '', token: '' });
     export const list = async (): Promise<Schema<'SegmentView'>[]> => client.get('/segments', { query: { limit: 5 } });
     export const isLost = (error: unknown) => error instanceof ApiProblem && error.code === 'lease-lost';
     // @ts-expect-error there is no such code
     export const isGone = (error: ApiProblem) => error.code === 'lease-gone';`,
  );
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node', '--module', module];
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const said = () =>
    execFileSync(process.execPath, [tsc, ...options, '--moduleResolution', moduleResolution, 'a.ts'], {
      cwd: project,
      encoding: 'utf8',
    });
  expect(said).not.toThrow();
});

it('has the version, the licence and the engines of the service, and depends on nothing', () => {
  const [ours, its] = [read('package.json'), read('packages', 'client', 'package.json')].map(
    (text) => JSON.parse(text) as Manifest,
  );
  expect(its).toMatchObject({ version: ours.version, license: ours.license, engines: ours.engines });
  expect(its.dependencies).toBeUndefined();
  expect(read('packages', 'client', 'LICENSE')).toBe(read('LICENSE'));
});
