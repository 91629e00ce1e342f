import { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { problemView, reported } from './problem.filter';

const MEDIA_TYPE = 'text/event-stream';

/** A stream whose client does not take the last of it is cut after this when the process stops. */
const LAST_WORDS_MS = 1000;

/** One event. @param json its data, as JSON; that has no line break, which would end it early */
export const serverSentEvent = (name: string, json: string, id?: number): string =>
  `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`;

/** A comment: says that the connection lives, to proxies that close those on which nothing is said for about a minute. */
export const comment = (text: string): string => `: ${text}\n\n`;

interface EventStreamOptions {
  /** Where the stream goes on for as long as its client likes: aborted when the process is about to stop. The stream must then end by itself. */
  readonly stopping?: AbortSignal;
  /** Bytes that are asked of the source before the client has taken them. */
  readonly readAhead?: number;
}

/**
 * An answer of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). What fails after the stream has
 * begun is told in it, as an event `problem`.
 *
 * Not Nest's @Sse: an error before the first byte has to be a problem with its status, and a connection that has streamed is closed, since
 * one kept alive would hold up the end of the process.
 */
export class EventStream {
  private first?: IteratorResult<string>;

  /** @param events as text; ended with the connection */
  constructor(
    private readonly events: AsyncGenerator<string>,
    private readonly options: EventStreamOptions = {},
  ) {}

  /** The stream with its first event at hand. @throws what kept that from coming */
  static async begun(events: AsyncGenerator<string>, options?: EventStreamOptions): Promise<EventStream> {
    const stream = new EventStream(events, options);
    stream.first = await events.next();
    return stream;
  }

  sendTo(response: Response): void {
    const { stopping, readAhead = 16 * 1024 } = this.options;
    const end = () => void this.events.return(undefined).catch(() => undefined); // whoever is gone need not be told why
    if (response.closed) return end();
    response.writeHead(200, {
      'Content-Type': MEDIA_TYPE,
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no', // nginx would keep events back until it has a page of them
      Connection: 'close',
    });
    const cut = () => void setTimeout(() => response.destroy(), LAST_WORDS_MS).unref();
    stopping?.addEventListener('abort', cut, { once: true });
    response.once('close', () => {
      stopping?.removeEventListener('abort', cut);
      end();
    });
    if (response.req.method === 'HEAD') return void response.end();
    Readable.from(this.texts(response), { objectMode: false, highWaterMark: readAhead }).pipe(response);
  }

  /** From the first on. (Not by being iterable: Nest would take that for a stream of its own.) */
  async *all(): AsyncGenerator<string, void> {
    try {
      if (this.first && !this.first.done) yield this.first.value;
      yield* this.events;
    } finally {
      await this.events.return(undefined);
    }
  }

  private async *texts(response: Response): AsyncGenerator<string, void> {
    try {
      yield* this.all();
    } catch (error) {
      if (response.closed) return;
      const { req } = response;
      yield serverSentEvent('problem', JSON.stringify(problemView(reported(error, req), req)));
    }
  }
}

/** Whether the caller would rather have a stream of events than JSON: `Accept: text/event-stream`. */
export const WantsEvents = createParamDecorator(
  (_: unknown, context: ExecutionContext): boolean =>
    context.switchToHttp().getRequest<Request>().accepts(['application/json', MEDIA_TYPE]) === MEDIA_TYPE,
);
