import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { EventStream } from './event-stream';

/** One page of a list. On the wire the items are a plain array; the rest travels in headers. */
export class Page<T> {
  constructor(
    readonly items: T[],
    /** Cursor of the next page; undefined on the last. */
    readonly next?: string,
    /** How many there are in all; undefined when the caller did not want to wait for it. */
    readonly total?: number,
    /** What customers and purchases the items were computed from, where that is not what PostgreSQL has right now. */
    readonly read?: ReadAt,
  ) {}

  map<U>(view: (item: T) => U): Page<U> {
    return new Page(this.items.map(view), this.next, this.total, this.read);
  }

  readAt(read: ReadAt): Page<T> {
    return new Page(this.items, this.next, this.total, read);
  }
}

/** Where figures come from, and the instant up to which they know of customers and purchases. */
export interface ReadAt {
  readonly source: string;
  readonly dataAsOf: string;
}

/** An answer computed from customers and purchases. */
export class Computed<T> {
  constructor(
    readonly body: T,
    readonly read: ReadAt,
  ) {}
}

/** One resource with its version: the ETag, which `If-Match` of an edit must repeat. `location` is its address when just created. */
export class Versioned<T> {
  constructor(
    readonly body: T,
    readonly version: number,
    readonly location?: string,
  ) {}
}

/** One resource that has no versions: just created, and its address (201), or one that was there already (200). */
export class Stored<T> {
  constructor(
    readonly body: T,
    readonly location?: string,
  ) {}
}

/** Something that goes on after the answer (202): what there is of it so far, and where to look for the rest. */
export class Accepted<T> {
  constructor(
    readonly body: T,
    readonly location: string,
  ) {}
}

/** What of an answer goes on the wire. */
export interface OnTheWire {
  /** Where it is not the one the handler's route has. */
  readonly status?: number;
  /** An object or a list, to be written as JSON; null or undefined where there is no body. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Milliseconds for a caller to send what he began: one who never ends it would keep a connection for ever. An answer may take its time. */
const PATIENCE: ServerOptions = { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 2_000 };

/**
 * Express, which also puts what `Page`, `Versioned` and `Computed` carry beside the body into headers: Link (RFC 8288), X-Total-Count, ETag,
 * Location, X-Data-Source, X-Data-As-Of; and sends an `EventStream`. An adapter and not an interceptor: those wrap every request in observables, for nothing here.
 */
export class AnswerAdapter extends ExpressAdapter {
  /** Nest makes the server without options; there is no TLS here, and nothing of what else it would look at. */
  override initHttpServer(): void {
    this.httpServer = createServer(PATIENCE, this.getInstance<RequestListener>());
  }

  override reply(response: Response, answer: unknown, status?: number): unknown {
    if (answer instanceof EventStream) return answer.sendTo(response);
    const { body, headers, status: answered } = onTheWire(answer, response.req);
    for (const name in headers) response.setHeader(name, headers[name]);
    return super.reply(response, body, answered ?? status) as unknown;
  }
}

/** The answer of a handler to `request`, as body and headers. */
export function onTheWire(answer: unknown, request: Request): OnTheWire {
  if (answer instanceof Versioned) {
    const { version, location } = answer;
    const headers = { ETag: `"${version}"` };
    if (location === undefined) return { body: answer.body, headers };
    return { status: 201, body: answer.body, headers: { ...headers, Location: location } };
  }
  if (answer instanceof Page) {
    const { items, next, total, read } = answer;
    return {
      body: items,
      headers: {
        ...(total !== undefined && { 'X-Total-Count': String(total) }),
        ...(read && readHeaders(read)),
        ...(next && { Link: `<${nextPage(request, next)}>; rel="next"` }),
      },
    };
  }
  if (answer instanceof Stored) {
    if (answer.location === undefined) return { status: 200, body: answer.body, headers: {} };
    return { status: 201, body: answer.body, headers: { Location: answer.location } };
  }
  if (answer instanceof Accepted) return { status: 202, body: answer.body, headers: { Location: answer.location } };
  if (answer instanceof Computed) return { body: answer.body, headers: readHeaders(answer.read) };
  return { body: answer, headers: {} };
}

const readHeaders = ({ source, dataAsOf }: ReadAt) => ({ 'X-Data-Source': source, 'X-Data-As-Of': dataAsOf });

/** The request's own address with another cursor: relative, so that it holds behind any proxy. */
function nextPage(request: Request, cursor: string): string {
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  return url.pathname + url.search;
}
