import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { raw, sql } from '../../src/common/sql';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres';

export interface Arena {
  url: string;
  /** A session in it. */
  client: Client;
  /** Bytes of WAL the server wrote since the arena was made. */
  wal(): Promise<number>;
  drop(): Promise<void>;
}

/**
 * A PostgreSQL server of its own with PostgreSQL's defaults (synchronous_commit on, 128 MB shared_buffers), and in it a database for
 * every run: a copy of one in which the jobs lie enqueued and vacuumed, so that every run of every contestant begins alike.
 */
export class PostgresGround {
  private made = 0;

  private constructor(
    private readonly url: string,
    private readonly admin: Client,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(): Promise<PostgresGround> {
    const directory = mkdtempSync(join(process.env.BENCH_DATA_DIR ?? tmpdir(), 'crm-bench-'));
    const server = await startEmbeddedPostgres({ dir: join(directory, 'postgres'), database: 'bench' });
    const admin = await connect(server.url);
    return new PostgresGround(server.url, admin, async () => {
      await admin.end();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    });
  }

  /** Makes a database that arenas are copied from. */
  async template(name: string, fill: (url: string) => Promise<void>): Promise<void> {
    await this.admin.query(sql`CREATE DATABASE ${raw(name)}`);
    const url = this.urlOf(name);
    await fill(url);
    const client = await connect(url);
    await client.query('VACUUM (ANALYZE)');
    await client.end();
  }

  async arena(template: string): Promise<Arena> {
    const name = `arena_${++this.made}`;
    await this.admin.query(sql`CREATE DATABASE ${raw(name)} TEMPLATE ${raw(template)}`);
    const client = await connect(this.urlOf(name));
    // what the copy left to write is written now; whoever changes a page first also logs it whole, as after any checkpoint
    await client.query('CHECKPOINT');
    const { lsn } = (await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn')).rows[0];
    return {
      url: this.urlOf(name),
      client,
      wal: async () => {
        const written = await client.query<{ bytes: string }>(
          sql`SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), ${lsn}::pg_lsn) AS bytes`,
        );
        return Number(written.rows[0].bytes);
      },
      drop: async () => {
        await client.end();
        await this.admin.query(sql`DROP DATABASE ${raw(name)} WITH (FORCE)`);
      },
    };
  }

  async version(): Promise<string> {
    return (await this.admin.query<{ server_version: string }>('SHOW server_version')).rows[0].server_version;
  }

  close(): Promise<void> {
    return this.stop();
  }

  private urlOf(database: string): string {
    const url = new URL(this.url);
    url.pathname = `/${database}`;
    return url.href;
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, options: '-c statement_timeout=0 -c timezone=UTC' });
  await client.connect();
  return client;
}
