import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { type Page, Versioned } from '../common/answer';
import { Cursors } from '../common/cursors';
import { changedMeanwhile, type ExpectedVersion } from '../common/if-match';
import { byId, edit, newestFirst } from '../common/table';
import type { ActiveListQuery, PreviewQuery } from '../common/list.dto';
import { Problem } from '../common/problem';
import { AudienceService } from '../segments/audience.service';
import { type CampaignView, type CreateCampaign, toCampaignView, type UpdateCampaign } from './campaign.dto';
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
  async create({ name, description, message, segment_ids }: CreateCampaign): Promise<Versioned<CampaignView>> {
    await this.refuseUnknownSegments(segment_ids);
    const text = message?.trim() ? message : await this.drafter.draftMessage({ name, description: description ?? '' });
    const campaign = await this.campaigns.save(
      this.campaigns.create({ name, description: description ?? '', message: text, segment_ids }),
      { transaction: false }, // one INSERT is atomic without BEGIN and COMMIT around it
    );
    return versioned(campaign, `/campaigns/${campaign.id}`);
  }

  list(query: ActiveListQuery): Promise<Page<CampaignView>> {
    return newestFirst(this.campaigns, this.cursors, query, toCampaignView);
  }

  /** @throws Problem campaign-not-found */
  async get(id: string): Promise<Versioned<CampaignView>> {
    return versioned(await this.find(id));
  }

  /** @throws Problem campaign-not-found, unknown-segment, precondition-failed */
  async update(id: string, changes: UpdateCampaign, expected: ExpectedVersion): Promise<Versioned<CampaignView>> {
    if (changes.segment_ids) await this.refuseUnknownSegments(changes.segment_ids);
    const campaign = await edit(this.campaigns, id, expected, changes);
    if (campaign) return versioned(campaign);
    await this.find(id); // not there at all, or not in that version
    throw changedMeanwhile('campaign');
  }

  /** Soft: the campaign stays readable and can be activated again. @throws Problem campaign-not-found, precondition-failed */
  async deactivate(id: string, expected: ExpectedVersion): Promise<void> {
    await this.update(id, { is_active: false }, expected);
  }

  /** Ids of the customers of its active segments, each once. @throws Problem campaign-not-found, bad-cursor */
  async previewUsers(id: string, query: PreviewQuery): Promise<Page<string>> {
    const { segment_ids } = await this.find(id);
    const active = (await this.audience.rules(segment_ids)).filter((rule) => rule.is_active);
    return this.audience.preview(
      active.map((rule) => rule.filters),
      query,
      `campaigns/${id}`,
    );
  }

  private async find(id: string): Promise<Campaign> {
    const campaign = await byId(this.campaigns, id);
    if (!campaign) throw new Problem('campaign-not-found', `There is no campaign ${id}.`);
    return campaign;
  }

  /** Segments are never removed, so one that exists now exists for good. */
  private async refuseUnknownSegments(ids: string[]): Promise<void> {
    const known = new Set((await this.audience.rules(ids)).map((rule) => rule.id));
    const errors = ids.flatMap((id, i) =>
      known.has(id) ? [] : [{ pointer: `/segment_ids/${i}`, detail: 'there is no such segment' }],
    );
    if (errors.length > 0) throw new Problem('unknown-segment', 'A campaign goes to segments that exist.', errors);
  }
}

const versioned = (campaign: Campaign, location?: string) =>
  new Versioned(toCampaignView(campaign), campaign.version, location);
