import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Response } from 'supertest';
import { checkContract } from './contract';

export interface WireRequest {
  method?: string;
  /** Sent to the letter: nothing is normalised or checked on the way, and only what no request line can carry is escaped. */
  path: string;
  /** A list of values becomes that many header lines. */
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

export interface WireAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body read as JSON; undefined where it is none. */
  body: Record<string, unknown> | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/**
 * Sends what no decent client would: odd paths, repeated headers, bodies that are not what they say. The answer is checked against
 * openapi.json like every other.
 */
export async function send(origin: string, { method = 'GET', path, headers = {}, body }: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(origin);
  const answer = await new Promise<WireAnswer>((resolve, reject) => {
    const call = request({ agent, hostname, port, method, path: sendable(path), headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parsed(text) });
      });
    });
    call.once('error', reject);
    call.end(body);
  });
  const asked = path.startsWith('/') ? path.split('?')[0] : new URL(path).pathname;
  if (method !== 'HEAD') checkContract({ ...answer, request: { method, path: asked } } as unknown as Response);
  return answer;
}

const sendable = (path: string) => path.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
