import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../config/config';
import { type Account, giveTo } from './account';
import type { Programs } from './binaries';

/** The log of the server starts anew above this. */
const MAX_LOG_BYTES = 10_000_000;
const HOUR_MS = 3_600_000;

/** Only what the programs need: our environment holds secrets, and PGDATA, PGPORT and their like would be obeyed. */
const environment = Object.fromEntries(
  ['PATH', 'SystemRoot', 'TEMP', 'TZ'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
);

/** One data directory and the programs that work on it. */
export class Cluster {
  private readonly home: string;
  private readonly data: string;
  private readonly log: string;

  constructor(
    private readonly base: string,
    private readonly programs: Programs,
    private readonly account: Account,
  ) {
    this.home = join(base, 'cluster');
    this.data = join(this.home, 'data');
    this.log = join(base, 'postgres.log');
  }

  get password(): string {
    return readFileSync(join(this.home, 'password'), 'utf8');
  }

  /**
   * Makes the cluster where there is none. It is built aside and gets its name in one rename, the password with it: a killed or
   * concurrent first start leaves either all of it or nothing. Of two that build at once the first to rename wins.
   */
  async create(durable: boolean): Promise<void> {
    if (existsSync(this.home)) return this.checkVersion();
    this.removeAbandoned();
    const made = join(this.base, `new-${process.pid}-${randomBytes(4).toString('hex')}`);
    const secret = join(made, 'password');
    try {
      mkdirSync(made, { mode: 0o700 });
      writeFileSync(secret, randomBytes(18).toString('base64url'), { mode: 0o600 });
      giveTo(this.account, secret);
      giveTo(this.account, made);
      const auth = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${secret}`];
      const locale = ['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
      const { code, output } = await this.run('initdb', [
        ...['-D', join(made, 'data'), ...auth, ...locale, '--no-instructions'],
        ...(durable ? [] : ['--no-sync']),
      ]);
      if (code !== 0) throw new ConfigError(`initdb failed in ${this.base}: ${output.trim()}`);
      renameSync(made, this.home);
    } catch (error) {
      rmSync(made, { recursive: true, force: true });
      if (!existsSync(this.home)) throw error;
    }
  }

  /**
   * The port of the running server, or undefined when none runs. After a crash of the machine, or of a container whose process
   * numbers start again, the pid file may name a process that has nothing to do with PostgreSQL: PostgreSQL itself would take
   * that for a running server and refuse to start, for ever. So what it names is looked at, and such a file is removed.
   */
  runningPort(): number | undefined {
    const file = join(this.data, 'postmaster.pid');
    const lines = readIfThere(file)?.split('\n') ?? [];
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    if (!pid || !port || !isAlive(pid)) return undefined;
    if (isPostgres(pid)) return port;
    if (readIfThere(file) === lines.join('\n')) rmSync(file, { force: true });
    return undefined;
  }

  /** Starts the server and waits until it takes connections; recovery after a crash may take a while. */
  async start(port: number, settings: Record<string, string>): Promise<{ started: boolean; said: string }> {
    const before = this.openLog();
    const all = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      log_error_verbosity: 'terse', // without the row that breaks a rule: it may be a customer's
      ...settings,
    };
    const flags = Object.entries(all).map(([key, value]) => `-c ${key}=${value}`);
    const options = ['-l', this.log, '-w', '-t', '60', '-o', flags.join(' ')];
    const { code, output } = await this.run('pg_ctl', ['-D', this.data, ...options, 'start']);
    return { started: code === 0, said: this.logSince(before) || output };
  }

  async stop(): Promise<void> {
    await this.run('pg_ctl', this.stopArguments());
  }

  stopSync(): void {
    spawnSync(this.programs.path('pg_ctl'), this.stopArguments(), this.spawnOptions());
  }

  private stopArguments(): string[] {
    return ['-D', this.data, '-m', 'fast', '-w', '-t', '30', 'stop'];
  }

  private spawnOptions() {
    return { ...this.account, cwd: this.base, env: { ...environment, LC_ALL: 'C' } };
  }

  private run(program: 'initdb' | 'pg_ctl', args: string[]): Promise<{ code: number; output: string }> {
    return new Promise((done, fail) => {
      execFile(this.programs.path(program), args, this.spawnOptions(), (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') return fail(new Error(`${program} cannot be run`, { cause: error }));
        done({ code: error ? Number(error.code) : 0, output: stderr || stdout });
      });
    });
  }

  private checkVersion(): void {
    const found = readFileSync(join(this.data, 'PG_VERSION'), 'utf8').trim();
    if (found === this.programs.majorVersion) return;
    throw new ConfigError(
      `${this.data} was made by PostgreSQL ${found}, and this version of the service brings ${this.programs.majorVersion}. ` +
        'Dump it with the version before, or choose another DATA_DIR.',
    );
  }

  /** What killed first starts left behind. */
  private removeAbandoned(): void {
    for (const name of readdirSync(this.base)) {
      const pid = /^new-(\d+)-/.exec(name)?.[1];
      if (!pid) continue;
      const path = join(this.base, name);
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (!isAlive(Number(pid)) || age > HOUR_MS) rmSync(path, { recursive: true, force: true });
    }
  }

  /** @returns how long the log is by now. */
  private openLog(): number {
    const size = statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= MAX_LOG_BYTES) return size;
    renameSync(this.log, `${this.log}.1`);
    return 0;
  }

  private logSince(offset: number): string {
    if (!existsSync(this.log)) return '';
    return readFileSync(this.log).subarray(offset).toString('utf8').trim().split('\n').slice(-12).join('\n');
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whether that process is PostgreSQL, and not a dead one whose parent has not asked for its exit code; true where nothing can tell. */
function isPostgres(pid: number): boolean {
  if (existsSync('/proc/self/stat')) return /^\d+ \(postgres\) [^ZX]/.test(readIfThere(`/proc/${pid}/stat`) ?? '');
  const answer = spawnSync('ps', ['-p', String(pid), '-o', 'stat=,comm='], { encoding: 'utf8' });
  return answer.status !== 0 || /^[^ZX].*postgres/.test(answer.stdout.trim());
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
