import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, QueryResultRow } from 'pg';
import type { Ask, Plan, Settled } from './worker-protocol';

/** What a worker has in its hands. */
export interface Lease {
  token: string;
  items: { id: string; attempt: number }[];
}

/** The lease protocol, spoken in one of two ways. Every call is repeated until it is answered, as a careful worker does. */
export interface Calls {
  claim(plan: Plan): Promise<Lease | undefined>;
  settle(token: string, sent: string[], failed: string[], keyed: boolean): Promise<Settled>;
  extend(token: string, keyed: boolean): Promise<{ lost: boolean }>;
  release(token: string, keyed: boolean): Promise<{ lost: boolean }>;
}

/** The least that a lease may have. What is nobody's any more is made to run out earlier. */
const LEASE_SECONDS = 5;
const PAUSE_MS = 30;
const PATIENCE_MS = 10_000;
/** Errors of the database after which the same call is to be repeated; those without a code are of the connection. */
const TRY_AGAIN = /^(08|57P|57014|40001|40P01|55P03|E|undefined)/;

/** What the calls answer: each has some of it. */
interface Said {
  type?: string;
  lease_token?: string | null;
  notifications?: Lease['items'];
  open?: number;
  rejected?: string[];
}

interface Answer {
  status: number;
  problem: string;
  body: Said;
}

/** Requests to whichever service answers. */
export function requester(ask: Ask, token: string) {
  let address: string | undefined;
  return async (method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<Answer> => {
    for (;;) {
      address ??= await ask('service', {});
      const answer = await fetch(address + path, {
        method,
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(key && { 'idempotency-key': key }),
        },
        body: body && JSON.stringify(body),
      })
        .then(async (response): Promise<Answer> => {
          const said = (await response.json()) as Said;
          return { status: response.status, problem: said.type?.split(/[/#:]/).at(-1) ?? '', body: said };
        })
        .catch(() => undefined);
      if (answer && answer.status !== 503 && answer.problem !== 'idempotency-key-in-use') return answer;
      if (!answer) address = undefined; // it is gone, and nobody knows what came of the call
      await sleep(PAUSE_MS);
    }
  };
}

export function httpCalls(ask: Ask, name: string, request: ReturnType<typeof requester>): Calls {
  const post = async (path: string, body: object, keyed: boolean) => {
    const answer = await request('POST', `/notifications/${path}`, body, keyed ? randomUUID() : undefined);
    const lost = answer.problem === 'lease-lost';
    if (answer.status !== 200 && !lost) {
      await ask('wrong', { what: `${path}: ${answer.status} ${JSON.stringify(answer.body)}` });
      return { lost: true, body: {} };
    }
    return { lost, body: answer.body };
  };
  return {
    claim: async ({ limit, waitSeconds, keyed }) => {
      const wanted = { limit, lease_seconds: LEASE_SECONDS, wait_seconds: waitSeconds, worker: name };
      const { body } = await post('claim', wanted, keyed);
      return body.lease_token ? { token: body.lease_token, items: body.notifications! } : undefined;
    },
    settle: async (lease_token, sent, failed, keyed) => {
      const said = {
        lease_token,
        sent: sent.map((id) => ({ id, delivery_info: { worker: name } })),
        failed: failed.map((id) => ({ id, error: 'later', retry_after_seconds: 0 })),
      };
      const { lost, body } = await post('settle', said, keyed);
      return lost ? { lost } : { lost, open: body.open!, rejected: body.rejected! };
    },
    extend: (lease_token, keyed) => post('extend', { lease_token, lease_seconds: LEASE_SECONDS }, keyed),
    release: (lease_token, keyed) => post('release', { lease_token }, keyed),
  };
}

/** @param open a connection that is usable; asked for again after each that broke */
export function sqlCalls(ask: Ask, name: string, open: () => Promise<Client>): Calls {
  let client: Client | undefined;
  const query = async (text: string, values: unknown[], inTransaction: boolean): Promise<QueryResultRow[]> => {
    for (;;)
      try {
        client ??= await open();
        if (inTransaction) await client.query('BEGIN');
        const { rows } = await client.query<QueryResultRow>(text, values);
        if (inTransaction) await client.query('COMMIT');
        return rows;
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        void client?.end().catch(() => undefined);
        client = undefined;
        if (!TRY_AGAIN.test(String(code))) {
          await ask('wrong', { what: `${text}: ${code} ${message}` });
          return [];
        }
        await sleep(PAUSE_MS);
      }
  };
  return {
    claim: async ({ limit, keyed }) => {
      const rows = await query('SELECT * FROM crm.claim($1, $2, NULL, $3)', [limit, LEASE_SECONDS, name], keyed);
      return rows.length > 0 ? { token: rows[0].lease_token, items: rows as Lease['items'] } : undefined;
    },
    settle: async (token, sent, failed, keyed) => {
      const said = [token, sent, failed, failed.map(() => 'later'), failed.map(() => true), failed.map(() => 0)];
      const [settled] = await query('SELECT * FROM crm.settle($1, $2, $3, $4, $5, $6)', said, keyed);
      return settled ? { lost: false, open: settled.open_count, rejected: settled.rejected } : { lost: true };
    },
    extend: async (token, keyed) => {
      const [{ until } = {}] = await query('SELECT crm.extend($1, $2) AS until', [token, LEASE_SECONDS], keyed);
      return { lost: !until };
    },
    release: async (token, keyed) => {
      const [{ released } = {}] = await query('SELECT crm.release($1) AS released', [token], keyed);
      return { lost: (released ?? undefined) === undefined };
    },
  };
}
