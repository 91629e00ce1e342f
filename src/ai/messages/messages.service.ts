import { Injectable } from '@nestjs/common';
import { linksIn } from '../plain-text';
import { AudienceFactsService } from './audience-facts.service';
import { roomOf } from './channel-lengths';
import type { DraftMessages, MessageDraftsView } from './message-drafts.dto';
import { MessageDraftsService } from './message-drafts.service';

/** Of every customer, whatever else is known of an audience. */
const ALWAYS = ['email', 'user_id'];

@Injectable()
export class MessagesService {
  constructor(
    private readonly audiences: AudienceFactsService,
    private readonly drafts: MessageDraftsService,
  ) {}

  /** @throws Problem unknown-segment, segment-inactive, statement-too-slow, draft-not-usable, model-… */
  async draft({ goal, segment_ids, ...wanted }: DraftMessages, signal: AbortSignal): Promise<MessageDraftsView> {
    const { facts, fields } = await this.audiences.of(segment_ids);
    const room = roomOf[wanted.channel];
    const { drafts, faults } = await this.drafts.draft(
      { ...wanted, about: { goal }, room, titled: room.title > 0, audience: facts, fields: [...fields, ...ALWAYS] },
      { links: linksIn(goal), linksOf: 'goal' },
      signal,
    );
    return { variants: drafts, audience: facts, refused: faults.map((reason) => ({ reason })) };
  }
}
