import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { Refuses } from '../../common/api-docs';
import { CallerGone } from '../../common/caller-gone';
import type { EventStream } from '../../common/event-stream';
import { DispatchEventsService } from './dispatch-events.service';

@Controller('dispatches')
export class DispatchEventsController {
  constructor(private readonly events: DispatchEventsService) {}

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
  watch(@Param('dispatch_id') id: string, @CallerGone() gone: AbortSignal): Promise<EventStream> {
    return this.events.listen(id, gone);
  }
}
