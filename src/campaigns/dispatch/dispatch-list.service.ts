import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Page } from '../../common/answer';
import { Cursors } from '../../common/cursors';
import type { ListQuery } from '../../common/list.dto';
import { Problem } from '../../common/problem';
import { row, rows } from '../../common/sql';
import { Campaign } from '../campaign.entity';
import { type DispatchView, toDispatchView } from './dispatch.dto';
import type { DispatchesQuery } from './dispatch-request.dto';
import type { DispatchRow } from './dispatch-row';
import { countDispatches, type DispatchFilter, selectDispatches } from './dispatches.sql';

/** Lists of dispatches, newest first. */
@Injectable()
export class DispatchListService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cursors: Cursors,
  ) {}

  /** Of every campaign. @throws Problem bad-cursor */
  all({ status, kind, ...query }: DispatchesQuery): Promise<Page<DispatchView>> {
    return this.page(`dispatches?status=${status ?? ''}&kind=${kind ?? ''}`, { status, kind }, query);
  }

  /** Of one campaign. @throws Problem campaign-not-found, bad-cursor */
  async ofCampaign(campaignId: string, { status, kind, ...query }: DispatchesQuery): Promise<Page<DispatchView>> {
    if (!(await this.database.manager.existsBy(Campaign, { id: campaignId })))
      throw new Problem('campaign-not-found', `There is no campaign ${campaignId}.`);
    const scope = `campaigns/${campaignId}/dispatches?status=${status ?? ''}&kind=${kind ?? ''}`;
    return this.page(scope, { campaignId, status, kind }, query);
  }

  private async page(
    scope: string,
    filter: DispatchFilter,
    { limit, cursor, total }: ListQuery,
  ): Promise<Page<DispatchView>> {
    const [before] = this.cursors.read(scope, cursor) ?? [];
    const found = await rows<DispatchRow>(this.database, selectDispatches(filter, limit + 1, before));
    const count = total ? await row<{ total: string }>(this.database, countDispatches(filter)) : undefined;
    const page = this.cursors.page(found, limit, scope, ({ id }) => [id], count && Number(count.total));
    return page.map((dispatch) => toDispatchView(dispatch));
  }
}
