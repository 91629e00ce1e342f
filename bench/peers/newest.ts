import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Newest {
  node: string;
  nodeVersion: string;
  /** Where they are installed. */
  packages: string;
}

/**
 * The newest of the queues, which need Node 22 or newer, and a Node that can run them: this one, or what `npx node@24` gives. They
 * are installed outside the project, from the lock file in newest/, and kept for the next run.
 * @returns why there is none, where there is none.
 */
export function openNewest(): Newest | string {
  const own = Number.parseInt(process.versions.node) >= 24;
  const asked = own
    ? { status: 0, stdout: process.execPath, stderr: '' }
    : spawnSync('npx', ['-y', 'node@24', '-p', 'process.execPath'], { encoding: 'utf8' });
  if (asked.status !== 0) return `npx -y node@24 gives no Node 24: ${asked.stderr || 'npx cannot be run'}`;
  const node = asked.stdout.trim().split('\n').at(-1)!;
  const nodeVersion = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (!nodeVersion) return `${node} does not run`;

  const packages = join(process.env.BENCH_DATA_DIR ?? tmpdir(), 'crm-bench-newest');
  const from = (name: string) => join(__dirname, 'newest', name);
  const at = (name: string) => join(packages, name);
  const isInstalled =
    existsSync(at('node_modules/.package-lock.json')) &&
    readFileSync(at('package-lock.json'), 'utf8') === readFileSync(from('package-lock.json'), 'utf8');
  if (!isInstalled) {
    mkdirSync(packages, { recursive: true });
    copyFileSync(from('package.json'), at('package.json'));
    copyFileSync(from('package-lock.json'), at('package-lock.json'));
    const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const done = spawnSync('npm', options, { cwd: packages, encoding: 'utf8' });
    if (done.status !== 0) return `npm ci of the newest queues failed: ${done.stderr}`;
  }
  return { node, nodeVersion, packages };
}
