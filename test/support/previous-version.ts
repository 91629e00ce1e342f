import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..', '..');
const MIGRATIONS = 'src/database/migrations';

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e9 });

/** The commit before the one that brought the newest migration; undefined where there is no git, or not so much of its history. */
export function commitBeforeNewestMigration(): string | undefined {
  const newest = readdirSync(join(root, MIGRATIONS)).sort().at(-1)!;
  try {
    const brought = git('log', '-1', '--diff-filter=A', '--format=%H', '--', `${MIGRATIONS}/${newest}`);
    const commit = brought.length > 0 ? `${brought.toString().trim()}^` : 'HEAD'; // it is not committed yet
    return git('rev-parse', '--verify', `${commit}^{commit}`).toString().trim();
  } catch {
    return undefined;
  }
}

/**
 * Builds that commit, once. It lies below the node_modules of this one, and so runs with the packages of this one.
 * @returns its dist
 */
export function buildCommit(commit: string): string {
  const home = join(root, '.data', 'previous-version', commit);
  if (existsSync(home)) return join(home, 'dist');
  const made = `${home}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  const sources = git(
    'archive',
    '--format=tar',
    commit,
    'src',
    'package.json',
    'openapi.json',
    'tsconfig.json',
    'tsconfig.build.json',
  );
  execFileSync('tar', ['-x', '-C', made], { input: sources });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // its types were checked then
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck'], { cwd: made, stdio: 'pipe' });
  try {
    renameSync(made, home);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // another run was faster
  }
  return join(home, 'dist');
}
