import { Agent, request } from 'node:http';
import type { Balancer } from './balancer';
import type { Replica } from './replica-set';

/** A client makes a new connection after so many requests; else nobody would come to a replica that has just been started. */
const REQUESTS_A_CONNECTION = 20;

/** One request, and what came of it. */
export interface Exchange {
  readonly what: string;
  /** Milliseconds of this process's clock. */
  readonly from: number;
  until?: number;
  /** 0: there was none, or not all of it. Undefined while it is under way, and where the caller left. */
  status?: number;
  /** The last word of the problem's type. */
  problem: string;
  contentType: string;
  retryAfter?: string;
  /** Of a broken connection. */
  error: string;
  /** Who had it. */
  replica?: Replica;
}

/** Hears everything that clients are answered. */
export interface Wire {
  /** As `fetch`, over a connection of its own that is kept alive: a client. */
  client(): (url: string, init: RequestInit) => Promise<Response>;
  /** Requests that are under way. */
  underWay(): Exchange[];
  /** Resolves when those are answered that are under way now. */
  quiet(): Promise<void>;
  close(): void;
}

export function makeWire(balancer: Balancer<Replica>, heard: (exchange: Exchange) => void): Wire {
  const agents: Agent[] = [];
  const open = new Map<Exchange, Promise<unknown>>();

  const exchange = (agent: Agent, url: string, init: RequestInit, isLast: boolean) => {
    const { pathname } = new URL(url);
    const kept: Exchange = {
      what: `${init.method} ${pathname.replace(/[0-9a-f-]{36}|\d+/g, '…')}`,
      from: performance.now(),
      problem: '',
      contentType: '',
      error: '',
    };
    const answer = new Promise<Response>((resolve, reject) => {
      const { signal } = init;
      const call = request(url, {
        agent,
        method: init.method,
        headers: { ...(init.headers as Record<string, string>), ...(isLast && { connection: 'close' }) },
        signal: signal ?? undefined,
      });
      call.once('socket', (socket) => {
        const find = () => (kept.replica = balancer.targetOf(socket.localPort));
        if (socket.connecting) socket.once('connect', () => setImmediate(find));
        else find();
      });
      const fail = (error: Error) => {
        // the balancer may have learned of the connection after its client did
        kept.replica ??= balancer.targetOf(call.socket?.localPort);
        if (!signal?.aborted) Object.assign(kept, { status: 0, error: error.message });
        reject(new TypeError('fetch failed', { cause: error }));
      };
      call.once('error', fail);
      call.once('response', (message) => {
        const chunks: Buffer[] = [];
        message.on('data', (chunk: Buffer) => chunks.push(chunk));
        message.once('error', fail);
        message.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = message.statusCode!;
          const { 'content-type': contentType = '', 'retry-after': retryAfter } = message.headers;
          const problem = status < 400 ? '' : (/"urn:crm-service:problem:([\w-]+)"/.exec(text)?.[1] ?? text);
          Object.assign(kept, { status, problem, contentType, retryAfter });
          const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value)]);
          resolve(new Response(status === 204 ? null : text, { status, headers }));
        });
      });
      call.end(init.body);
    }).finally(() => {
      kept.until = performance.now();
      open.delete(kept);
      heard(kept);
    });
    open.set(kept, answer);
    return answer;
  };

  return {
    client: () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 2 }); // a worker extends its lease beside what else it says
      agents.push(agent);
      let requests = 0;
      return (url, init) => exchange(agent, url, init, ++requests % REQUESTS_A_CONNECTION === 0);
    },
    underWay: () => [...open.keys()],
    quiet: async () => void (await Promise.allSettled(open.values())),
    close: () => agents.forEach((agent) => agent.destroy()),
  };
}
