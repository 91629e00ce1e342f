/** Writes a campaign's message. The port through which campaigns use a model without knowing one: whoever has a model provides it. */
export abstract class MessageDrafter {
  /**
   * A message to be sent as it is: plain text without placeholders, not empty, at most 2,000 characters.
   * @throws Problem draft-not-usable, or model-… when there is no answer to use
   */
  abstract draftMessage(campaign: { name: string; description: string }): Promise<string>;
}
