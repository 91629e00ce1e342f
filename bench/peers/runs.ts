import { Client } from 'pg';
import { start } from '../measure';
import type { Settings } from './contestant';
import type { Entry } from './contestants';
import { makeSchema, writeNotifications } from './our-notifications';
import { fill, race } from './playing';
import { type Arena, PostgresGround } from './postgres-ground';
import { RedisGround } from './redis-ground';

const TOKEN = 'a-token-for-the-benchmark';

export interface Run {
  seconds: number;
  per_second: number;
  /** Of PostgreSQL's. */
  wal_bytes_per_job?: number;
}

/** Where the contestants run, each time in a store of its own with all jobs enqueued. */
export class Runs {
  private readonly filled = new Set<string>();

  private constructor(
    readonly postgres: PostgresGround,
    private readonly redis: RedisGround,
    /** How many lie enqueued at the start of a run. */
    readonly jobs: number,
  ) {}

  static async open(jobs: number): Promise<Runs> {
    return new Runs(await PostgresGround.open(), new RedisGround(), jobs);
  }

  async enqueue({ template, player, how }: Entry): Promise<void> {
    if (this.filled.has(template)) return;
    this.filled.add(template);
    const began = performance.now();
    if (template === 'ours')
      await this.postgres.template(template, async (url) => {
        await makeSchema(url);
        await writeNotifications(url, this.jobs);
      });
    else if (how.startsWith('redis')) await this.redis.template(template, (url) => fill(player, url, this.jobs));
    else await this.postgres.template(template, (url) => fill(player, url, this.jobs));
    console.log(`${template}: ${this.jobs} enqueued in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }

  /** The settings with which it settles a quarter of the jobs fastest. */
  async best(entry: Entry): Promise<Settings> {
    if (entry.candidates.length === 1) return entry.candidates[0];
    const tried: { settings: Settings; per_second: number }[] = [];
    for (const settings of entry.candidates)
      tried.push({ settings, per_second: (await this.run(entry, settings, Math.ceil(this.jobs / 4))).per_second });
    tried.sort((a, b) => b.per_second - a.per_second);
    console.log(entry.name, tried.map((each) => `${JSON.stringify(each.settings)}: ${each.per_second}/s`).join(', '));
    return tried[0].settings;
  }

  async run(entry: Entry, settings: Settings, jobs = this.jobs): Promise<Run> {
    if (entry.how === 'redis' || entry.how === 'redis, log') {
      const arena = await this.redis.arena(entry.template, entry.how === 'redis, log');
      try {
        const seconds = await race(entry.player, { url: arena.url, jobs, settings }, () => Promise.resolve(0));
        return figures(seconds, jobs);
      } finally {
        await arena.drop();
      }
    }
    const arena = await this.postgres.arena(entry.template);
    try {
      const seconds = await this.inArena(entry, arena, settings, jobs);
      return { ...figures(seconds, jobs), wal_bytes_per_job: Math.round((await arena.wal()) / jobs) };
    } finally {
      await arena.drop();
    }
  }

  private async inArena(entry: Entry, arena: Arena, settings: Settings, jobs: number): Promise<number> {
    const unsettled = async () => {
      if (jobs < this.jobs || !entry.unsettled) return 0;
      return Number((await arena.client.query<{ left: string }>(entry.unsettled)).rows[0].left);
    };
    if (entry.how === 'http') {
      const service = await start(
        [process.execPath, 'dist/main.js'],
        { DATABASE_URL: arena.url, PORT: '0', HOST: '127.0.0.1', ROLES: 'api', ADMIN_TOKENS: TOKEN, DEMO_DATA: 'off' },
        /http:\/\/[^\s/]+:(\d+)/,
      );
      try {
        return await race(entry.player, { url: `http://${TOKEN}@127.0.0.1:${service.found}`, jobs, settings }, unsettled);
      } finally {
        await service.stop();
      }
    }
    const neighbour = entry.how === 'snapshot' ? await idleSnapshot(arena.url) : undefined;
    try {
      return await race(entry.player, { url: arena.url, jobs, settings }, unsettled);
    } finally {
      await neighbour?.end();
    }
  }

  async close(): Promise<void> {
    this.redis.close();
    await this.postgres.close();
  }
}

const figures = (seconds: number, jobs: number): Run => ({
  seconds: Number(seconds.toFixed(3)),
  per_second: Math.round(jobs / seconds),
});

/** What keeps PostgreSQL from removing what was true when it began: a report that somebody left open, a backup. */
async function idleSnapshot(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, options: '-c idle_in_transaction_session_timeout=0' });
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT count(*) FROM crm.dispatches');
  return client;
}
