import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { AnswersComputed, AnswersPage, Refuses } from '../../common/api-docs';
import { CallerGone } from '../../common/caller-gone';
import { ListQuery } from '../../common/list.dto';
import { CustomerId, Id } from '../../common/params';
import { WithoutEffect } from '../../idempotency/without-effect';
import { ExplanationView } from './explanation.dto';
import { SegmentCsvService } from './segment-csv.service';
import { SegmentSizeView, SegmentVersionView } from '../history/segment-history.dto';
import { SegmentHistoryService } from '../history/segment-history.service';
import {
  AsOfQuery,
  CountView,
  CustomerFiguresView,
  OverlapRequest,
  OverlapView,
  PreviewRuleQuery,
  PreviewRuleRequest,
  ReadingQuery,
  RulePreviewView,
  SegmentCsvQuery,
  SegmentUsersQuery,
} from './segment-insight.dto';
import { SegmentInsightService } from './segment-insight.service';
import { SegmentOverlapService } from './segment-overlap.service';

/** Looking at whom rules reach. */
@Controller('segments')
export class SegmentInsightController {
  constructor(
    private readonly insight: SegmentInsightService,
    private readonly overlaps: SegmentOverlapService,
    private readonly history: SegmentHistoryService,
    private readonly exports: SegmentCsvService,
  ) {}

  /** How many customers a rule reaches, and some of them, before it is saved. Nothing is saved. */
  @Post('preview')
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('unknown-segment', 'segment-inactive', 'rule-too-heavy', 'index-not-available')
  @AnswersComputed(RulePreviewView)
  preview(@Body() body: PreviewRuleRequest, @Query() query: PreviewRuleQuery) {
    return this.insight.preview(body, query);
  }

  /** How segments lie over each other: what an UpSet plot needs. */
  @Post('overlap')
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('unknown-segment', 'segment-inactive', 'rule-too-heavy', 'index-not-available')
  @AnswersComputed(OverlapView)
  overlap(@Body() body: OverlapRequest, @Query() query: ReadingQuery) {
    return this.overlaps.overlap(body, query);
  }

  /** How many customers it reaches, and each part of its rule. The size is kept with its history, unless as_of is given. */
  @Get(':segment_id/count')
  @Refuses('segment-not-found', 'segment-inactive', 'rule-too-heavy', 'index-not-available')
  @AnswersComputed(CountView)
  count(@Id('segment_id') id: string, @Query() query: ReadingQuery) {
    return this.insight.count(id, query);
  }

  /** Its customers with their figures, ordered by id. */
  @Get(':segment_id/users')
  @Refuses('segment-not-found', 'segment-inactive', 'rule-too-heavy')
  @AnswersPage({ type: CustomerFiguresView })
  users(@Id('segment_id') id: string, @Query() query: SegmentUsersQuery) {
    return this.insight.users(id, query);
  }

  /** All its customers with their figures as CSV, ordered by id. */
  @Get(':segment_id/users.csv')
  @Refuses('segment-not-found', 'segment-inactive', 'rule-too-heavy')
  @ApiProduces('text/csv')
  @ApiOkResponse({ description: 'A header line, then a line a customer.', schema: { type: 'string' } })
  usersCsv(@Id('segment_id') id: string, @Query() query: SegmentCsvQuery, @CallerGone() gone: AbortSignal) {
    return this.exports.export(id, query, gone);
  }

  /** Why a customer is in it, or not: every part of the rule, what is so, and how far off. */
  @Get(':segment_id/explain/:user_id')
  @Refuses('segment-not-found', 'customer-not-found', 'segment-inactive')
  @ApiOkResponse({ type: ExplanationView })
  explain(@Id('segment_id') id: string, @CustomerId() userId: string, @Query() query: AsOfQuery) {
    return this.insight.explain(id, userId, query);
  }

  /** Who changed it when, from what to what, newest first. */
  @Get(':segment_id/versions')
  @Refuses('segment-not-found')
  @AnswersPage({ type: SegmentVersionView })
  versions(@Id('segment_id') id: string, @Query() query: ListQuery) {
    return this.history.versions(id, query);
  }

  /** How large it was whenever it was counted, newest first; at most one size a minute. */
  @Get(':segment_id/sizes')
  @Refuses('segment-not-found')
  @AnswersPage({ type: SegmentSizeView })
  sizes(@Id('segment_id') id: string, @Query() query: ListQuery) {
    return this.history.sizes(id, query);
  }
}
