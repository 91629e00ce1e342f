import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { fieldsOf } from '../audit/trail';
import { type Page, Versioned } from '../common/answer';
import { Cursors } from '../common/cursors';
import type { ExpectedVersion } from '../common/if-match';
import { byId, edit, newestFirst } from '../common/table';
import type { PreviewQuery } from '../common/list.dto';
import { badField, Problem } from '../common/problem';
import { row, rows, sql } from '../common/sql';
import type { Once } from '../idempotency/once';
import { AudienceService, type FrozenRule, isIncluded } from '../segments/audience.service';
import { type ActivityRow, selectActivity } from './campaign-activity.sql';
import {
  type CampaignsQuery,
  type CampaignView,
  type CreateCampaign,
  toCampaignView,
  type UpdateCampaign,
} from './campaign.dto';
import { Campaign } from './campaign.entity';
import { MessageDrafter } from './message-drafter';

@Injectable()
export class CampaignsService {
  constructor(
    @InjectRepository(Campaign) private readonly campaigns: Repository<Campaign>,
    private readonly cursors: Cursors,
    private readonly audience: AudienceService,
    private readonly drafter: MessageDrafter,
  ) {}

  /** @throws Problem bad-request, unknown-segment, draft-not-usable, model-… */
  async create(
    { name, description, message, not_after, ...rules }: CreateCampaign,
    once: Once,
  ): Promise<Versioned<CampaignView>> {
    await this.refusePast(not_after);
    await this.refuseUnknownSegments(rules);
    const { channel, segment_ids } = rules;
    const text = message?.trim()
      ? message
      : await this.drafter.draftMessage({ name, description: description ?? '', channel, segment_ids });
    return once(async (transaction, changed) => {
      const campaign = await transaction.save(
        transaction.create(Campaign, {
          ...rules,
          name,
          description: description ?? '',
          message: text,
          not_after: not_after ? new Date(not_after) : null,
        }),
      );
      changed(campaign.id, { after: toCampaignView(campaign) });
      return versioned(campaign, `/campaigns/${campaign.id}`);
    });
  }

  async list(query: CampaignsQuery): Promise<Page<CampaignView>> {
    const page = await newestFirst(this.campaigns, this.cursors, query, (campaign) => campaign);
    if (!query.activity) return page.map((campaign) => toCampaignView(campaign));
    const ids = page.items.map(({ id }) => id);
    const activity = new Map(
      (await rows<ActivityRow>(this.campaigns.manager, selectActivity(ids))).map((seen) => [seen.id, seen]),
    );
    return page.map((campaign) => toCampaignView(campaign, activity.get(campaign.id)));
  }

  /** @throws Problem campaign-not-found */
  async get(id: string): Promise<Versioned<CampaignView>> {
    return versioned(await this.find(id));
  }

  /** @throws Problem bad-request, campaign-not-found, unknown-segment, precondition-failed */
  async update(
    id: string,
    changes: UpdateCampaign,
    expected: ExpectedVersion,
    once: Once,
  ): Promise<Versioned<CampaignView>> {
    await this.refusePast(changes.not_after);
    await this.refuseUnknownSegments(changes);
    return once(async (transaction, changed) => {
      const edited = await edit(transaction.getRepository(Campaign), id, expected, changes);
      if (!edited) throw noSuchCampaign(id);
      const { before, after } = edited;
      const detail = { fields: fieldsOf(changes) };
      changed(id, { before: toCampaignView(before), after: toCampaignView(after), detail });
      return versioned(after);
    });
  }

  /** Soft: the campaign stays readable and can be activated again. @throws Problem campaign-not-found, precondition-failed */
  async deactivate(id: string, expected: ExpectedVersion, once: Once): Promise<void> {
    await this.update(id, { is_active: false }, expected, once);
  }

  /**
   * Ids of the customers of its active segments who are in no excluded one, each once.
   * @throws Problem campaign-not-found, segment-inactive, bad-cursor
   */
  async previewUsers(id: string, query: PreviewQuery): Promise<Page<string>> {
    const { segment_ids, excluded_segment_ids } = await this.find(id);
    const frozen = await this.audience.freeze(segment_ids, excluded_segment_ids, this.campaigns.manager);
    const filters = (which: (rule: FrozenRule) => boolean) => frozen.filter(which).map((rule) => rule.filters);
    const included = filters(isIncluded);
    const excluded = filters((rule) => rule.excluded === true);
    const rules: FrozenRule['filters'][] =
      excluded.length > 0 && included.length > 0 ? [{ all: [{ any: included }, { not: { any: excluded } }] }] : included;
    return this.audience.preview(rules, query, `campaigns/${id}`);
  }

  private async find(id: string): Promise<Campaign> {
    const campaign = await byId(this.campaigns, id);
    if (!campaign) throw noSuchCampaign(id);
    return campaign;
  }

  /** Nothing could ever be sent: a mistake, and not a way to stop a campaign. The database's clock counts, as when it is dispatched. */
  private async refusePast(notAfter: string | null | undefined): Promise<void> {
    if (!notAfter) return;
    const { passed } = await row<{ passed: boolean }>(
      this.campaigns.manager,
      sql`SELECT ${notAfter}::timestamptz <= clock_timestamp() AS passed`,
    );
    if (passed) throw badField('/not_after', 'must be in the future, or null');
  }

  /** Segments are never removed, so one that exists now exists for good. */
  private async refuseUnknownSegments(named: Partial<Record<SegmentList, string[]>>): Promise<void> {
    const ids = segmentLists.flatMap((list) => named[list] ?? []);
    const known = new Set((await this.audience.rules(ids)).map((rule) => rule.id));
    const errors = segmentLists.flatMap((list) =>
      (named[list] ?? []).flatMap((id, i) =>
        known.has(id) ? [] : [{ pointer: `/${list}/${i}`, detail: 'there is no such segment' }],
      ),
    );
    if (errors.length > 0) throw new Problem('unknown-segment', 'A campaign names segments that exist.', errors);
  }
}

const segmentLists = ['segment_ids', 'excluded_segment_ids'] as const;
type SegmentList = (typeof segmentLists)[number];

const noSuchCampaign = (id: string) => new Problem('campaign-not-found', `There is no campaign ${id}.`);

const versioned = (campaign: Campaign, location?: string) =>
  new Versioned(toCampaignView(campaign), campaign.version, location);
