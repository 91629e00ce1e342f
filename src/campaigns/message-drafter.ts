import type { Channel } from '../common/channels';

/** What a message is drafted from. */
export interface CampaignToDraft {
  name: string;
  description: string;
  /** Undefined where it is not chosen yet. */
  channel?: Channel;
  segment_ids: readonly string[];
}

/** Writes a campaign's message. The port through which campaigns use a model without knowing one: whoever has a model provides it. */
export abstract class MessageDrafter {
  /**
   * A message to be sent as it is: plain text without placeholders, not empty, at most 2,000 characters, and no longer than its channel takes.
   * @throws Problem draft-not-usable, or model-… when there is no answer to use
   */
  abstract draftMessage(campaign: CampaignToDraft): Promise<string>;
}
