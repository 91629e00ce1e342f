import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Refuses } from '../../common/api-docs';
import { CallerGone } from '../../common/caller-gone';
import { Id } from '../../common/params';
import { CampaignResultsView, ResultsQuery } from './results.dto';
import { CampaignResultsService } from './results.service';

/** What campaigns changed. */
@Controller('campaigns')
export class CampaignResultsController {
  constructor(private readonly results: CampaignResultsService) {}

  /**
   * What the campaign changed: purchases of those it targeted beside those of the holdout, in the days after, and the difference with its
   * confidence interval. Whoever was targeted counts, delivered or not (intention to treat); a customer counts once, in the group
   * and from the time of the first dispatch with this customer in either.
   */
  @Get(':campaign_id/results')
  @Refuses('campaign-not-found')
  @ApiOkResponse({ type: CampaignResultsView })
  get(@Id('campaign_id') id: string, @Query() query: ResultsQuery, @CallerGone() gone: AbortSignal) {
    return this.results.results(id, query, gone);
  }
}
