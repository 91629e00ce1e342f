import { Injectable, Logger } from '@nestjs/common';
import type { CampaignToDraft, MessageDrafter } from '../../campaigns/message-drafter';
import { Problem } from '../../common/problem';
import { problemFromDatabase } from '../../database/pg-errors';
import { linksIn } from '../plain-text';
import { AudienceFactsService, type KnownAudience } from './audience-facts.service';
import { anyRoom, roomOf } from './channel-lengths';
import { MessageDraftsService } from './message-drafts.service';

/** A campaign's message: one variant, without title and placeholders, for it is saved without having been read. */
@Injectable()
export class CampaignMessageDrafter implements MessageDrafter {
  private readonly logger = new Logger('Model');

  constructor(
    private readonly drafts: MessageDraftsService,
    private readonly audiences: AudienceFactsService,
  ) {}

  async draftMessage({ name, description, channel, segment_ids }: CampaignToDraft): Promise<string> {
    const known = await this.audienceOf(segment_ids);
    const wish = {
      about: { name, description },
      variants: 1,
      room: channel ? roomOf[channel] : anyRoom,
      titled: false,
      channel,
      audience: known?.facts,
      fields: [],
    };
    const links = { links: linksIn(`${name}\n${description}`), linksOf: 'campaign' as const };
    const { drafts } = await this.drafts.draft(wish, links);
    return drafts[0].message;
  }

  /** A message can do without: a rule that takes too long to answer is no reason not to save a campaign. */
  private async audienceOf(segmentIds: readonly string[]): Promise<KnownAudience | undefined> {
    try {
      return await this.audiences.ofActive(segmentIds);
    } catch (error) {
      const problem = error instanceof Problem ? error : problemFromDatabase(error);
      if (!problem) throw error;
      this.logger.warn(`A message is drafted without knowing its audience: ${problem.type}`);
      return undefined;
    }
  }
}
