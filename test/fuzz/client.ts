import { Agent, request } from 'node:http';
import type { Answer } from '../support/contract';
import type { Sent } from './requests';

export interface Tokens {
  readonly admin: string;
  readonly worker: string;
}

/** Longer than any statement may take, and than anybody waits. */
const PATIENCE_MS = 15_000;
/** Of an answer that goes on for ever, what comes at first is enough. */
const STREAM_MS = 300;

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends it as it stands: no client in between puts right what is meant to be wrong. */
export function send(base: string, sent: Sent, tokens: Tokens): Promise<Answer & { ms: number }> {
  const { hostname, port } = new URL(base);
  const authorization = {
    admin: `Bearer ${tokens.admin}`,
    worker: `Bearer ${tokens.worker}`,
    stranger: 'Bearer not-a-token-of-anybody',
    nobody: undefined,
  }[sent.caller];
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const call = request({
      ...{ agent, hostname, port, method: sent.method, path: sent.path, insecureHTTPParser: false },
      headers: {
        ...sent.headers,
        ...(authorization && { authorization }),
        ...(sent.body !== undefined && { 'content-length': Buffer.byteLength(sent.body) }),
      },
      timeout: PATIENCE_MS,
    });
    call.once('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    call.once('error', (error: NodeJS.ErrnoException) => {
      // a connection that was idle, and that the service closed in the moment it was taken again (https://nodejs.org/api/http.html#requestreusedsocket)
      if (call.reusedSocket && error.code === 'ECONNRESET') resolve(send(base, sent, tokens));
      else reject(error);
    });
    call.once('response', (response) => {
      const chunks: Buffer[] = [];
      const end = () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode: status = 0, headers } = response;
        const pathname = sent.path.split('?')[0];
        resolve({
          method: sent.method,
          pathname,
          status,
          headers,
          text,
          body: parsed(text, String(headers['content-type'])),
          ms: performance.now() - began,
        });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', end);
      response.once('error', reject);
      if (/^text\/event-stream/.test(String(response.headers['content-type'])))
        setTimeout(() => {
          end();
          call.destroy();
        }, STREAM_MS);
    });
    call.end(sent.body);
  });
}

/** A hang of the connection itself is told by whoever waits for `send`. */
function parsed(text: string, type: string): unknown {
  if (!/json/.test(type)) return {};
  try {
    return JSON.parse(text);
  } catch {
    return { unreadable: text.slice(0, 200) };
  }
}

export const hangUp = (): void => agent.destroy();
