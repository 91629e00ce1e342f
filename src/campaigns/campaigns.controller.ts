import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
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
import { Id, NoBody, NoQuery } from '../common/params';
import { Once } from '../idempotency/once';
import { WithoutEffect } from '../idempotency/without-effect';
import { CampaignsQuery, CampaignView, CreateCampaign, UpdateCampaign } from './campaign.dto';
import { CampaignsService } from './campaigns.service';
import { AnswersDispatch, dispatchProblems } from './dispatch/dispatch-answer';
import { DispatchView } from './dispatch/dispatch.dto';
import { DispatchListService } from './dispatch/dispatch-list.service';
import { DispatchesQuery, DispatchQuery, DispatchRequest, TestSendRequest } from './dispatch/dispatch-request.dto';
import { PreferredWait } from './dispatch/prefer';
import { DispatchesService } from './dispatch/dispatches.service';

@Controller('campaigns')
export class CampaignsController {
  constructor(
    private readonly campaigns: CampaignsService,
    private readonly dispatches: DispatchesService,
    private readonly dispatchLists: DispatchListService,
  ) {}

  /** Create a campaign. */
  @Post()
  @Audited('campaign.created')
  @Refuses('unknown-segment', ...modelProblems)
  @AnswersCreated(CampaignView)
  create(@Body() body: CreateCampaign, @Once() once: Once) {
    return this.campaigns.create(body, once);
  }

  /** List campaigns, newest first; with `activity=true` each with its last dispatch and the next. */
  @Get()
  @AnswersPage({ type: CampaignView })
  list(@Query() query: CampaignsQuery) {
    return this.campaigns.list(query);
  }

  /** Get a campaign. */
  @Get(':campaign_id')
  @Refuses('campaign-not-found')
  @AnswersVersioned(CampaignView)
  get(@Id('campaign_id') id: string) {
    return this.campaigns.get(id);
  }

  /** Change a campaign; what is left out stays. */
  @Patch(':campaign_id')
  @Audited('campaign.updated')
  @TakesIfMatch(true)
  @Refuses('campaign-not-found', 'unknown-segment', 'precondition-failed', 'precondition-required')
  @AnswersVersioned(CampaignView)
  update(
    @Id('campaign_id') id: string,
    @Body() body: UpdateCampaign,
    @IfMatch() expected: ExpectedVersion,
    @Once() once: Once,
  ) {
    return this.campaigns.update(id, body, expected, once);
  }

  /** Deactivate a campaign. It stays readable, cannot be dispatched, and can be activated again. */
  @Delete(':campaign_id')
  @Audited('campaign.deactivated')
  @TakesIfMatch(false)
  @Refuses('campaign-not-found', 'precondition-failed')
  @HttpCode(204)
  @AnswersNothing()
  deactivate(@Id('campaign_id') id: string, @OptionalIfMatch() expected: ExpectedVersion, @Once() once: Once) {
    return this.campaigns.deactivate(id, expected, once);
  }

  /** Ids of the customers of its active segments now, or at `as_of`, each once, ordered by id. */
  @Post(':campaign_id/preview-users')
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('campaign-not-found', 'segment-inactive', 'rule-too-heavy')
  @TakesNoBody()
  @AnswersPage({ schema: { type: 'string', format: 'uuid' } })
  previewUsers(@Id('campaign_id') id: string, @Query() query: PreviewQuery, @NoBody() _body: unknown) {
    return this.campaigns.previewUsers(id, query);
  }

  /**
   * Queue one notification for each customer it targets: whoever its segments give, and no reason leaves out. With `dry_run=true` only
   * say who that would be. Answers when it is done, or with 202 after the seconds preferred.
   */
  @Post(':campaign_id/dispatch')
  @Audited('dispatch.started')
  @Refuses(...dispatchProblems)
  @HttpCode(200)
  @AnswersDispatch()
  dispatch(
    @Id('campaign_id') id: string,
    @Body() body: DispatchRequest,
    @Query() { dry_run }: DispatchQuery,
    @PreferredWait() wait: number,
    @CallerGone() gone: AbortSignal,
    @Caller() caller: Principal,
    @Once() once: Once,
  ) {
    return this.dispatches.dispatch(id, body, caller, { once, wait, gone, kind: dry_run ? 'dry_run' : 'campaign' });
  }

  /** Queue its message to a few customers by name, to look at it. It never counts as the campaign. */
  @Post(':campaign_id/test-send')
  @Audited('dispatch.tested')
  @Refuses('campaign-not-found', 'campaign-expired')
  @HttpCode(200)
  @AnswersDispatch()
  testSend(
    @Id('campaign_id') id: string,
    @Body() body: TestSendRequest,
    @NoQuery() _query: unknown,
    @PreferredWait() wait: number,
    @CallerGone() gone: AbortSignal,
    @Caller() caller: Principal,
    @Once() once: Once,
  ) {
    return this.dispatches.testSend(id, body, caller, { once, wait, gone });
  }

  /** Dispatches of a campaign, newest first. */
  @Get(':campaign_id/dispatches')
  @Refuses('campaign-not-found')
  @AnswersPage({ type: DispatchView })
  listDispatches(@Id('campaign_id') id: string, @Query() query: DispatchesQuery) {
    return this.dispatchLists.ofCampaign(id, query);
  }
}
