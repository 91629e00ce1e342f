import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { nameOf, type Principal } from '../../auth/principal';
import type { Page } from '../../common/answer';
import { Cursors } from '../../common/cursors';
import type { ListQuery } from '../../common/list.dto';
import { Problem } from '../../common/problem';
import { row, rows } from '../../common/sql';
import { allowTime } from '../../database/connection-guard';
import { inTransaction } from '../../database/transaction';
import { NotificationsService } from '../../notifications/notifications.service';
import { AudienceService } from '../../segments/audience.service';
import { Campaign } from '../campaign.entity';
import { type DispatchRequest, type DispatchRow, type DispatchView, toDispatchView } from './dispatch.dto';
import {
  countDispatches,
  finishDispatch,
  insertDispatch,
  selectDispatch,
  selectDispatches,
  tryLock,
} from './dispatches.sql';

/** A whole dispatch is one transaction: its statements may take longer than those of a request do otherwise. */
const MAX_SECONDS = 15 * 60;

@Injectable()
export class DispatchesService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audience: AudienceService,
    private readonly notifications: NotificationsService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * One run of the campaign, whole or not at all: whoever matches and has no notification of this campaign yet gets one.
   * @throws Problem campaign-not-found, campaign-inactive, no-active-segment, segment-inactive, dispatch-in-progress
   */
  dispatch(campaignId: string, { as_of }: DispatchRequest, caller: Principal): Promise<DispatchView> {
    return inTransaction(this.database, async (transaction) => {
      await allowTime(transaction, MAX_SECONDS);
      const { locked } = await row<{ locked: boolean }>(transaction, tryLock(campaignId));
      if (!locked)
        throw new Problem(
          'dispatch-in-progress',
          'Another dispatch of this campaign is being written. Look at it before you repeat this.',
        );
      const campaign = await this.dispatchable(transaction, campaignId);
      const { rules, referred, statement } = await this.audience.frozen(campaign.segment_ids, transaction);
      if (rules.length === 0) throw new Problem('no-active-segment', 'Activate one of its segments, or give it another.');

      const { id, as_of: frozen } = await row<{ id: string; as_of: string }>(
        transaction,
        insertDispatch({
          campaignId,
          message: campaign.message,
          rule: [
            ...rules.map(({ id, version, filters }) => ({ id, version, filters })),
            ...referred.map(({ id, version, filters }) => ({ id, version, filters, referred: true })),
          ],
          asOf: as_of,
          requestedBy: nameOf(caller),
        }),
      );
      const audience = statement(frozen);
      const figures = await this.notifications.enqueue(transaction, { dispatchId: id, campaignId, audience });
      await row(transaction, finishDispatch(id, figures));
      return toDispatchView(await row<DispatchRow>(transaction, selectDispatch(id)));
    });
  }

  /** @throws Problem dispatch-not-found */
  async get(id: string): Promise<DispatchView> {
    const [found] = /^[1-9]\d{0,17}$/.test(id) ? await rows<DispatchRow>(this.database, selectDispatch(id)) : [];
    if (!found) throw new Problem('dispatch-not-found', 'There is no such dispatch.');
    return toDispatchView(found);
  }

  /** Newest first. @throws Problem campaign-not-found, bad-cursor */
  async list(campaignId: string, query: ListQuery): Promise<Page<DispatchView>> {
    const scope = `campaigns/${campaignId}/dispatches`;
    const [before] = this.cursors.read(scope, query.cursor) ?? [];
    await this.find(this.database.manager, campaignId);
    const found = await rows<DispatchRow>(this.database, selectDispatches(campaignId, query.limit + 1, before));
    const total = query.total ? await row<{ total: string }>(this.database, countDispatches(campaignId)) : undefined;
    return this.cursors.page(found, query.limit, scope, ({ id }) => [id], total && Number(total.total)).map(toDispatchView);
  }

  private async dispatchable(manager: EntityManager, id: string): Promise<Campaign> {
    const campaign = await this.find(manager, id);
    if (!campaign.is_active)
      throw new Problem('campaign-inactive', 'Activate it with PATCH {"is_active": true} before you dispatch it.');
    return campaign;
  }

  private async find(manager: EntityManager, id: string): Promise<Campaign> {
    const campaign = await manager.findOneBy(Campaign, { id });
    if (!campaign) throw new Problem('campaign-not-found', `There is no campaign ${id}.`);
    return campaign;
  }
}
