import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { Audited } from '../audit/audited';
import { Caller } from '../auth/access';
import type { Principal } from '../auth/principal';
import {
  AnswersCreated,
  AnswersNothing,
  AnswersPage,
  AnswersVersioned,
  Refuses,
  TakesIfMatch,
  TakesNoBody,
} from '../common/api-docs';
import { CallerGone } from '../common/caller-gone';
import { modelProblems } from '../common/problem';
import { type ExpectedVersion, IfMatch, OptionalIfMatch } from '../common/if-match';
import { PreviewQuery } from '../common/list.dto';
import { Id, NoBody } from '../common/params';
import { Once } from '../idempotency/once';
import { WithoutEffect } from '../idempotency/without-effect';
import { CreateSegment, SegmentsQuery, SegmentView, UpdateSegment } from './segment.dto';
import { SegmentsService } from './segments.service';

@Controller('segments')
export class SegmentsController {
  constructor(private readonly segments: SegmentsService) {}

  /** Create a segment, from filters or from a sentence. */
  @Post()
  @Audited('segment.created')
  @ApiBody({
    type: CreateSegment,
    examples: {
      filters: { value: { name: 'Organic regulars', filters: { last_days: 90, min_total_spent: 100 } } },
      sentence: { value: { name: 'Spenders', prompt: 'spent 100 € with us in the last 90 days' } },
    },
  })
  @Refuses('unknown-segment', 'segment-inactive', 'rule-too-heavy', ...modelProblems)
  @AnswersCreated(SegmentView)
  create(@Body() body: CreateSegment, @Caller() caller: Principal, @Once() once: Once, @CallerGone() signal: AbortSignal) {
    return this.segments.create(body, caller, once, signal);
  }

  /** List segments, newest first; with `counts=true` each with its size, with `trend=true` the sizes before, with `used_by=true` its campaigns. */
  @Get()
  @Refuses('index-not-available')
  @AnswersPage({ type: SegmentView, computed: true })
  list(@Query() query: SegmentsQuery) {
    return this.segments.list(query);
  }

  /** Get a segment. */
  @Get(':segment_id')
  @Refuses('segment-not-found')
  @AnswersVersioned(SegmentView)
  get(@Id('segment_id') id: string) {
    return this.segments.get(id);
  }

  /** Change a segment; what is left out stays. */
  @Patch(':segment_id')
  @Audited('segment.updated')
  @TakesIfMatch(true)
  @Refuses(
    'segment-not-found',
    'unknown-segment',
    'segment-inactive',
    'segment-cycle',
    'segment-in-use',
    'precondition-failed',
    'precondition-required',
  )
  @AnswersVersioned(SegmentView)
  update(
    @Id('segment_id') id: string,
    @Body() body: UpdateSegment,
    @IfMatch() expected: ExpectedVersion,
    @Caller() caller: Principal,
    @Once() once: Once,
  ) {
    return this.segments.update(id, body, expected, caller, once);
  }

  /** Deactivate a segment. It stays readable, adds nobody to a campaign, and can be activated again. */
  @Delete(':segment_id')
  @Audited('segment.deactivated')
  @TakesIfMatch(false)
  @Refuses('segment-not-found', 'segment-in-use', 'precondition-failed')
  @HttpCode(204)
  @AnswersNothing()
  deactivate(
    @Id('segment_id') id: string,
    @OptionalIfMatch() expected: ExpectedVersion,
    @Caller() caller: Principal,
    @Once() once: Once,
  ) {
    return this.segments.deactivate(id, expected, caller, once);
  }

  /** Ids of the customers it matches now, or at `as_of`, ordered by id. */
  @Post(':segment_id/preview-users')
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('segment-not-found', 'segment-inactive', 'rule-too-heavy')
  @TakesNoBody()
  @AnswersPage({ schema: { type: 'string', format: 'uuid' } })
  previewUsers(@Id('segment_id') id: string, @Query() query: PreviewQuery, @NoBody() _body: unknown) {
    return this.segments.previewUsers(id, query);
  }
}
