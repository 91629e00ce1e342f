import { Readable } from 'node:stream';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import type { Response } from 'express';
import { Refuses } from '../../common/api-docs';
import { Background } from '../../common/background';
import { CallerGone } from '../../common/caller-gone';
import { DispatchEventsService } from './dispatch-events.service';

/** A stream whose client does not take the last of it is cut after this when the process stops. */
const LAST_WORDS_MS = 1000;

/**
 * Not Nest's @Sse: an error before the first byte has to be a problem with its status, and a connection that has streamed is closed, since
 * one kept alive would hold up the end of the process.
 */
@Controller('dispatches')
export class DispatchEventsController {
  private readonly streams = new Set<Response>();

  constructor(
    private readonly events: DispatchEventsService,
    { stopping }: Background,
  ) {
    const cut = () => this.streams.forEach((stream) => stream.destroy());
    stopping.addEventListener('abort', () => void setTimeout(cut, LAST_WORDS_MS).unref());
  }

  /**
   * Watch a dispatch: Server-Sent Events. `progress` has what `GET /dispatches/{id}` answers, at once and whenever that changed; `end` comes
   * when it can change no more, and the stream closes.
   */
  @Get(':dispatch_id/events')
  @Refuses('dispatch-not-found', 'too-many-listeners', 'shutting-down')
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'Events `progress` and `end`; a comment after 15 s without one.',
    schema: { type: 'string', example: 'event: progress\nid: 1\ndata: {"id": "17", "status": "writing"}\n\n' },
  })
  async watch(@Param('dispatch_id') id: string, @CallerGone() gone: AbortSignal, @Res() response: Response): Promise<void> {
    if (response.closed) return; // before `gone` could hear of it
    const events = await this.events.listen(id, gone);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no', // nginx would keep events back until it has a page of them
      Connection: 'close',
    });
    if (response.req.method === 'HEAD') return void response.end();
    this.streams.add(response);
    response.once('close', () => this.streams.delete(response));
    Readable.from(events, { objectMode: false }).pipe(response);
  }
}
