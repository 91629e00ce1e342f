import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Figures } from './figures';

/** What became of a stage when it was last run to its end. */
export interface Result {
  /** Of the stage, as it was then. */
  command: string;
  /** What was run: the sources, not the documentation. */
  sources: string;
  /** The commit that was checked out, and whether something was changed beside it. */
  commit: string;
  exit: number;
  figures: Figures;
  seconds: number;
  finished_at: string;
  /** The end of the output where it did not come out well. */
  said?: string;
}

export const root = resolve(__dirname, '../..');
const directory = join(root, '.data', 'release');
const fileOf = (stage: string) => join(directory, `${stage}.json`);

export function keep(stage: string, result: Result): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(fileOf(stage), `${JSON.stringify(result, undefined, 2)}\n`);
}

export function kept(stage: string): Result | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(stage), 'utf8')) as Result;
  } catch {
    return undefined;
  }
}

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** What a result depends on, and not what only tells of it: two commits that differ in words have the same. */
const SOURCES = ['src', 'test', 'dashboard', 'packages', 'examples', 'scripts', 'package.json', 'package-lock.json'];
const TELLING = ['test/release', 'test/requirements', 'test/requirements.e2e-spec.ts'];
const paths = [...SOURCES, ...TELLING.map((path) => `:!${path}`)];

/** Files of the sources that are not as they were at the commit of a result; undefined where that is not known. */
export function changedSince(commit: string): string[] | undefined {
  try {
    return git('diff', '--name-only', commit, 'HEAD', '--', ...paths)
      .split('\n')
      .filter(Boolean);
  } catch {
    return undefined; // it had changes beside the commit, or is of another history
  }
}

export function checkedOut(): Pick<Result, 'sources' | 'commit'> {
  const files = git('ls-tree', '-r', 'HEAD', '--', ...SOURCES)
    .split('\n')
    .filter((file) => !TELLING.some((path) => file.split('\t')[1].startsWith(path)));
  const hash = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12);
  const changed = git('status', '--porcelain', '--', ...paths) !== '';
  const mark = changed ? ' and changes' : '';
  return { sources: hash + mark, commit: git('rev-parse', '--short=9', 'HEAD') + mark };
}
