import { ExpressAdapter } from '@nestjs/platform-express';
import type { Request, Response } from 'express';

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

/**
 * Express, which also puts what `Page`, `Versioned` and `Computed` carry beside the body into headers: Link (RFC 8288), X-Total-Count, ETag,
 * Location, X-Data-Source, X-Data-As-Of. An adapter and not an interceptor: those wrap every request in observables, for nothing here.
 */
export class AnswerAdapter extends ExpressAdapter {
  override reply(response: Response, body: unknown, status?: number): unknown {
    return super.reply(response, written(body, response), status) as unknown;
  }
}

function written(answer: unknown, response: Response): unknown {
  if (answer instanceof Versioned) {
    response.setHeader('ETag', `"${answer.version}"`);
    if (answer.location) response.setHeader('Location', answer.location);
    return answer.body;
  }
  if (answer instanceof Page) {
    if (answer.total !== undefined) response.setHeader('X-Total-Count', String(answer.total));
    if (answer.read) writeRead(answer.read, response);
    if (answer.next) response.setHeader('Link', `<${nextPage(response.req, answer.next)}>; rel="next"`);
    return answer.items;
  }
  if (answer instanceof Computed) {
    writeRead(answer.read, response);
    return answer.body;
  }
  return answer;
}

function writeRead({ source, dataAsOf }: ReadAt, response: Response): void {
  response.setHeader('X-Data-Source', source);
  response.setHeader('X-Data-As-Of', dataAsOf);
}

/** The request's own address with another cursor: relative, so that it holds behind any proxy. */
function nextPage(request: Request, cursor: string): string {
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  return url.pathname + url.search;
}
