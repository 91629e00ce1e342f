import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the stub received it. `body` is the whole body as text, '' when there is none. */
export interface StubRequest {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type StubHandler = (req: IncomingMessage, res: ServerResponse, body: string) => void | Promise<void>;

export interface StubServer {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  url: string;
  /** Every request so far, oldest first; recorded before the handler runs. */
  requests: StubRequest[];
  /** Swaps the script: the next requests are answered by `handler`. */
  answer(handler: StubHandler): void;
  /** Resolves once `count` requests have been received in all: await this instead of sleeping. */
  received(count: number): Promise<void>;
  /** Stops listening and cuts every open connection, hanging and dripping ones included. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * A real HTTP server on 127.0.0.1 and a free port that stands for the far side of the wire: an auth service, a JWKS, Ollama.
 * The handler gets the request with its whole body read, and may answer, misbehave (`hang`, `drip`, `reset` below), or write to
 * the raw socket. A handler that throws answers 500 `{"stub":"<message>"}`, so that a mistake in a test shows.
 *
 * @example
 * const stub = await startStubServer((_req, res) => answerJson(res, 200, { id: 'u1', role: 'admin' }));
 * // … point the service at stub.url, then
 * expect(stub.requests).toHaveLength(1);
 * await stub.close();
 */
export async function startStubServer(handler: StubHandler): Promise<StubServer> {
  const requests: StubRequest[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let current = handler;

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    requests.push({ method: req.method ?? '', path: req.url ?? '', headers: req.headers, body });
    for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve();
    await current(req, res, body);
  };

  const server = createServer((req, res) => {
    serve(req, res).catch((error: Error) => {
      if (res.headersSent || res.destroyed) res.destroy();
      else answerJson(res, 500, { stub: error.message });
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (next) => void (current = next),
    received: (count) =>
      requests.length >= count ? Promise.resolve() : new Promise((resolve) => void waiting.push({ count, resolve })),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve()); // an error here only says that it was closed before
        server.closeAllConnections();
      }),
  };
}

/** Answers `value` as JSON. */
export function answerJson(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Takes the request and never answers; with `headersFirst` it sends a status line and headers, and then never a body. */
export function hang(res: ServerResponse, headersFirst = false): void {
  if (headersFirst) res.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
}

/** Sends `text` a byte at a time, `everyMs` milliseconds apart, so that no idle timeout ever fires; then ends. */
export function drip(res: ServerResponse, text: string, everyMs: number): void {
  res.writeHead(200, { 'content-type': 'application/json' });
  const bytes = Buffer.from(text);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < bytes.length) res.write(bytes.subarray(sent, ++sent));
    else res.end();
  }, everyMs);
  res.once('close', () => clearInterval(timer));
}

/** Cuts the connection with a TCP reset; with `partial` after having sent that much of a 200 answer. */
export function reset(res: ServerResponse, partial?: string): void {
  const cut = () => res.socket?.resetAndDestroy();
  if (partial === undefined) return void cut();
  res.writeHead(200, { 'content-type': 'application/json' }).write(partial, cut);
}
