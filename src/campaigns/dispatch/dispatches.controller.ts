import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Audited } from '../../audit/audited';
import { AnswersPage, Refuses, TakesNoBody } from '../../common/api-docs';
import { NoBody } from '../../common/params';
import { Once } from '../../idempotency/once';
import { AnsweredUnderLoad } from '../../limits/under-load';
import { AudienceMember, DispatchView } from './dispatch.dto';
import { DispatchListService } from './dispatch-list.service';
import { AudienceQuery, DispatchesQuery } from './dispatch-request.dto';
import { DispatchesService } from './dispatches.service';

@Controller('dispatches')
export class DispatchesController {
  constructor(
    private readonly dispatches: DispatchesService,
    private readonly lists: DispatchListService,
  ) {}

  /** List dispatches of every campaign, newest first, and how far each is. */
  @Get()
  @AnswersPage({ type: DispatchView })
  list(@Query() query: DispatchesQuery) {
    return this.lists.all(query);
  }

  /** Get a dispatch and how far its notifications are. */
  @Get(':dispatch_id')
  @Refuses('dispatch-not-found')
  @ApiOkResponse({ type: DispatchView })
  get(@Param('dispatch_id') id: string) {
    return this.dispatches.get(id);
  }

  /** The customers it matched, by id: targeted, or left out and why. */
  @Get(':dispatch_id/audience')
  @Refuses('dispatch-not-found')
  @AnswersPage({ type: AudienceMember })
  audience(@Param('dispatch_id') id: string, @Query() query: AudienceQuery) {
    return this.dispatches.listAudience(id, query);
  }

  /** Write and hand out nothing more of it until it is resumed. Repeating it is harmless. */
  @AnsweredUnderLoad()
  @Post(':dispatch_id/pause')
  @Audited('dispatch.paused')
  @Refuses('dispatch-not-found', 'dispatch-over')
  @HttpCode(200)
  @TakesNoBody()
  @ApiOkResponse({ type: DispatchView })
  pause(@Param('dispatch_id') id: string, @NoBody() _body: unknown, @Once() once: Once) {
    return this.dispatches.pause(id, once);
  }

  /** Go on where it was paused. Repeating it is harmless. */
  @Post(':dispatch_id/resume')
  @Audited('dispatch.resumed')
  @Refuses('dispatch-not-found', 'dispatch-over')
  @HttpCode(200)
  @TakesNoBody()
  @ApiOkResponse({ type: DispatchView })
  resume(@Param('dispatch_id') id: string, @NoBody() _body: unknown, @Once() once: Once) {
    return this.dispatches.resume(id, once);
  }

  /** End it for good: what is not written never is, and what is queued is cancelled. Repeating it is harmless. */
  @AnsweredUnderLoad()
  @Post(':dispatch_id/cancel')
  @Audited('dispatch.cancelled')
  @Refuses('dispatch-not-found', 'dispatch-over')
  @HttpCode(200)
  @TakesNoBody()
  @ApiOkResponse({ type: DispatchView })
  cancel(@Param('dispatch_id') id: string, @NoBody() _body: unknown, @Once() once: Once) {
    return this.dispatches.cancel(id, once);
  }
}
