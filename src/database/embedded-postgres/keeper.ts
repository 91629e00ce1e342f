import { spawnSync } from 'node:child_process';
import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { raw, sql } from '../../common/sql';

/** The advisory lock of the database "postgres" that says who uses this server: "crm" in ASCII. */
const IN_USE = 0x63726d;

const OTHERS = `
  SELECT 1 FROM pg_locks
  WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND pid NOT IN ($2, pg_backend_pid())
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/**
 * A session that every process keeps for as long as it uses the server; it holds a shared lock. Whoever leaves and gets the lock
 * exclusively is the last one, and nobody can arrive while it stops the server. A killed process loses its session, and so its say.
 */
export class Keeper {
  private leaving = false;
  private lost = false;
  private whenLost = () => {};

  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    private readonly address: ClientConfig,
    private readonly pid: number,
  ) {
    client.once('end', () => {
      this.lost = !this.leaving;
      if (this.lost) this.whenLost();
    });
  }

  /** @returns undefined while another process is about to stop this server. */
  static async enter(port: number, password: string): Promise<Keeper | undefined> {
    const address = {
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password,
      database: 'postgres',
      application_name: 'crm-service keeper',
    };
    const socket = new Socket();
    const client = new Client({ ...address, stream: () => socket, connectionTimeoutMillis: 5000, keepAlive: true });
    client.on('error', () => undefined); // "end" follows
    await client.connect();
    const answer = await client.query<{ entered: boolean; pid: number }>(
      'SELECT pg_try_advisory_lock_shared($1) AS entered, pg_backend_pid() AS pid',
      [IN_USE],
    );
    const { entered, pid } = answer.rows[0];
    if (!entered) {
      await client.end();
      return undefined;
    }
    return new Keeper(client, socket, address, pid);
  }

  /**
   * Calls back when the session ends, or has ended, without `leave()`: the server died. From now on the session is idle, and an idle
   * one is no reason for a process to go on living.
   */
  watch(whenLost: () => void): void {
    this.whenLost = whenLost;
    if (this.lost) whenLost();
    this.socket.unref();
  }

  async ensureDatabase(name: string): Promise<void> {
    const found = await this.client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await this.client.query(sql`CREATE DATABASE ${raw(this.client.escapeIdentifier(name))}`);
  }

  /** @param stop is run, with everybody else kept out, when nobody else uses the server. */
  async leave(stop: () => Promise<void>): Promise<void> {
    this.leaving = true;
    this.socket.ref();
    try {
      await this.client.query('SELECT pg_advisory_unlock_shared($1)', [IN_USE]);
      const last = await this.client.query<{ alone: boolean }>('SELECT pg_try_advisory_lock($1) AS alone', [IN_USE]);
      if (last.rows[0].alone) await stop();
    } finally {
      await this.client.end().catch(() => undefined);
    }
  }

  /** The same question without an event loop, for process.on('exit'). */
  isAloneSync(): boolean {
    this.leaving = true;
    const script = `
      const { address, statement } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
      const client = new (require(${JSON.stringify(require.resolve('pg'))}).Client)(address);
      client.connect()
        .then(() => client.query(statement))
        .then((others) => process.exit(others.rowCount === 0 ? 0 : 1), () => process.exit(0));`;
    const input = JSON.stringify({ address: this.address, statement: { text: OTHERS, values: [IN_USE, this.pid] } });
    const answer = spawnSync(process.execPath, ['-e', script], { input, env: {}, timeout: 5000 });
    return answer.status === 0;
  }
}
