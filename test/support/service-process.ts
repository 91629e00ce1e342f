import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..', '..');
/** A file of the build, or of a copy of it by its whole path. */
export const built = (entry: string): string => resolve(root, 'dist', entry);

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of the built service, as `npm start` and its like run it. */
export interface ServiceProcess {
  pid: number;
  /** Standard output and standard error so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the match once standard output has it; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for the banner; the address it names. */
  listening(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended and all its output is there. */
  exited: Promise<Exit>;
  /** Sends the signal and waits for the end. */
  end(name?: NodeJS.Signals): Promise<Exit>;
}

/** What the tests start has to be there: builds when the sources changed. */
export const buildService = (): void =>
  void execFileSync(process.execPath, [join(root, 'scripts', 'prepare.mjs'), 'build'], { stdio: 'pipe' });

/** A directory of its own, which an embedded PostgreSQL may use when the tests run as root: that one runs as another account. */
export function makeDataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'crm-service-test-'));
  chmodSync(directory, 0o755);
  return directory;
}

/** What a test asks at once is no misuse, and a machine that is busy with other tests no reason to turn it away. */
const UNLIMITED = {
  ADMIN_REQUESTS_PER_SECOND: '0',
  WORKER_REQUESTS_PER_SECOND: '0',
  REFUSALS_PER_MINUTE: '0',
  MAX_EVENT_LOOP_DELAY_MS: '0',
};

/** Only what is given is in the environment but for the limits, and no `.env` is near. */
export function startProcess(
  directory: string,
  env: Record<string, string> = {},
  entry = 'main.js',
  args: string[] = [],
  flags: string[] = ['--enable-source-maps'],
): ServiceProcess {
  const child = spawn(process.execPath, [...flags, built(entry), ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...UNLIMITED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<Exit>((done) => child.once('close', (code, signal) => done({ code, signal })));
  void exited.then(() => running.delete(child));

  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((done, fail) => {
      const look = () => {
        const match = pattern.exec(stdout);
        if (match) done(match);
      };
      child.stdout.on('data', look);
      void exited.then(({ code, signal }) =>
        fail(new Error(`ended (${code ?? signal}) before it said ${pattern}:\n${stdout}\n${stderr}`)),
      );
      look();
    });
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    says,
    listening: async () => (await says(/listens on (http:\S+)[^]*(?:-d|Health only) .*\n/))[1],
    signal: (name) => void child.kill(name),
    exited,
    end: (name = 'SIGTERM') => {
      child.kill(name);
      return exited;
    },
  };
}

/** The process number of the PostgreSQL that belongs to a directory; undefined when none runs. */
export function postmasterOf(directory: string): number | undefined {
  const file = join(directory, '.data', 'postgres', 'cluster', 'data', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return isAlive(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The admin token that the service made for itself. */
export const adminTokenOf = (directory: string): string =>
  readFileSync(join(directory, '.data', 'admin-token'), 'utf8').trim();

/** One request as the admin of the service that runs in `directory`; a body makes it a POST. */
export const ask = (directory: string, address: string, body?: unknown): Promise<Response> =>
  fetch(address, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${adminTokenOf(directory)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const running = new Set<ChildProcess>();

/** For afterEach: whatever a failed test left running, and its directory. */
export async function removeDataDirectory(directory: string): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const gone = new Promise((done) => child.once('close', done));
      child.kill('SIGKILL');
      return gone;
    }),
  );
  const postmaster = postmasterOf(directory);
  if (postmaster) process.kill(postmaster, 'SIGQUIT');
  rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
}
