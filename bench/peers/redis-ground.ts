import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface RedisArena {
  url: string;
  drop(): Promise<void>;
}

/** A Redis for every run, begun from a snapshot in which the jobs lie enqueued. */
export class RedisGround {
  private readonly directory = mkdtempSync(join(process.env.BENCH_DATA_DIR ?? tmpdir(), 'crm-bench-redis-'));
  private readonly running = new Set<ChildProcess>();
  private made = 0;

  /** What `redis-server --version` says, or nothing where there is none. */
  static version(): string | undefined {
    const answer = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
    return answer.status === 0 ? /v=([\d.]+)/.exec(answer.stdout)?.[1] : undefined;
  }

  async template(name: string, fill: (url: string) => Promise<void>): Promise<void> {
    const redis = await this.start();
    await fill(redis.url);
    await redis.command('SAVE');
    await redis.stop();
    copyFileSync(join(redis.directory, 'dump.rdb'), join(this.directory, `${name}.rdb`));
  }

  /** @param log whether every change is appended to a file that is synced each second; otherwise there are only snapshots, as by default. */
  async arena(template: string, log: boolean): Promise<RedisArena> {
    const redis = await this.start(join(this.directory, `${template}.rdb`));
    if (log) {
      await redis.command('CONFIG', 'SET', 'appendonly', 'yes', 'appendfsync', 'everysec');
      while (/^aof_rewrite_(in_progress|scheduled):1/m.test(await redis.command('INFO', 'persistence'))) await sleep(20);
    }
    return { url: redis.url, drop: () => redis.stop() };
  }

  close(): void {
    for (const server of this.running) server.kill('SIGKILL'); // a run that failed left it
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async start(snapshot?: string) {
    const directory = join(this.directory, `redis-${++this.made}`);
    mkdirSync(directory);
    if (snapshot) copyFileSync(snapshot, join(directory, 'dump.rdb'));
    const port = await freePort();
    // no configuration file: the defaults are Redis's own, snapshots after 3600 s/1 change, 300 s/100, 60 s/10,000
    const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--daemonize', 'no'];
    const server = spawn('redis-server', options, { stdio: 'ignore' });
    const gone = once(server, 'exit');
    this.running.add(server);
    const command = async (...words: string[]) =>
      (await promisify(execFile)('redis-cli', ['-p', `${port}`, ...words])).stdout.trim();
    for (let i = 0; (await command('PING').catch(() => '')) !== 'PONG'; i++) {
      if (i > 500 || server.exitCode !== null) throw new Error('redis-server did not start');
      await sleep(20);
    }
    return {
      url: `redis://127.0.0.1:${port}`,
      directory,
      command,
      stop: async () => {
        server.kill('SIGKILL');
        await gone;
        this.running.delete(server);
        if (snapshot) rmSync(directory, { recursive: true, force: true });
      },
    };
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
