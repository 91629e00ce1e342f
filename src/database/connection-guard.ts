import type { Socket } from 'node:net';
import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { rows, sql } from '../common/sql';
import { poolOf } from './pool';

/** What an answer may take beyond the time the server allows a statement, before the server is held for gone. */
const MARGIN_MS = 2000;

/**
 * Watches every connection that is in use.
 *
 * - One whose server is silent for longer than a statement may run is cut. The server ends statements that take too long by itself;
 *   this is for one that is frozen, or behind a network that swallows what is sent: without it a request would wait for hours, and keep
 *   its place in the pool. Not pg's query_timeout: that gives the connection back to the pool with the answer still due.
 * - One that breaks between the pool, which listens for errors no longer, and TypeORM, which does not yet, would end the process. Its
 *   next statement fails anyhow.
 */
export function guardConnections(database: DataSource, statementMs: number): void {
  const pool = poolOf(database);
  pool.on('acquire', (client) => {
    client.on('error', ignore);
    allowSilence(client, statementMs + MARGIN_MS);
  });
  pool.on('release', (_error, client) => {
    client.off('error', ignore);
    allowSilence(client, 0);
  });
}

/**
 * Lets each further statement of this transaction take so long. The server looks every 2 s whether we are still there: a killed process
 * must not keep its locks until its statement ends. (A server on Windows cannot look, and would refuse the setting.)
 */
export async function allowTime(transaction: EntityManager, seconds: number): Promise<void> {
  await rows(
    transaction,
    sql`SELECT set_config('statement_timeout', ${`${seconds}s`}, true),
               CASE WHEN version() !~* 'visual c|mingw|windows' THEN set_config('client_connection_check_interval', '2s', true) END`,
  );
  const client = (await transaction.queryRunner?.connect()) as PoolClient;
  allowSilence(client, seconds * 1000 + MARGIN_MS);
}

/** Cuts the connection of a transaction for whose answer nobody waits any more. The server notices, and stops, where allowTime was asked. */
export async function abandon(transaction: EntityManager): Promise<void> {
  const client = (await transaction.queryRunner?.connect()) as PoolClient;
  streamOf(client).destroy(new Error('Nobody waits for the answer any more'));
}

/** Does `work` unless its caller has left, and cuts the transaction's connection when the caller leaves in the middle of it. */
export async function unlessGone<T>(gone: AbortSignal, transaction: EntityManager, work: () => Promise<T>): Promise<T> {
  const leave = () => void abandon(transaction);
  gone.addEventListener('abort', leave);
  try {
    gone.throwIfAborted();
    return await work();
  } finally {
    gone.removeEventListener('abort', leave);
  }
}

/** 0: for ever. */
function allowSilence(client: PoolClient, ms: number): void {
  const stream = streamOf(client); // every byte of either direction starts the time anew
  stream.setTimeout(0, cut); // takes the listener of before away
  if (ms > 0) stream.setTimeout(ms, cut);
}

/** pg's types do not show it. */
const streamOf = (client: PoolClient) => (client as unknown as { connection: { stream: Socket } }).connection.stream;

function cut(this: Socket): void {
  this.destroy(Object.assign(new Error('The database server has been silent for too long'), { code: 'ETIMEDOUT' }));
}

function ignore(): void {}
