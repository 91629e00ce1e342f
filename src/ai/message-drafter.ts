import { Injectable } from '@nestjs/common';
import type { MessageDrafter } from '../campaigns/message-drafter';
import { Problem } from '../common/problem';
import { LanguageModel } from './language-model';
import { hasMarkup, linksIn, plainText } from './plain-text';
import { messagePrompt } from './prompts/message.prompt';

const MAX_CHARS = 2000;
/** Room for more than MAX_CHARS: a text that runs on is refused for its length rather than cut in the middle and sent. */
const MAX_TOKENS = 1024;

@Injectable()
export class ModelMessageDrafter implements MessageDrafter {
  constructor(private readonly model: LanguageModel) {}

  async draftMessage({ name, description }: { name: string; description: string }): Promise<string> {
    const answer = await this.model.generate({
      ...messagePrompt({ name, description }),
      temperature: 0.7,
      max_tokens: MAX_TOKENS,
    });
    const message = plainText(answer);
    const fault = messageFault(message, `${name}\n${description}`);
    if (fault === undefined) return message;
    throw new Problem('draft-not-usable', `The model's message ${fault}: try again, or write the message yourself.`, [
      { pointer: '/message', detail: fault },
    ]);
  }
}

/** Why a message cannot be sent as it is, or undefined. */
function messageFault(message: string, campaign: string): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(message)) return 'is empty';
  if ([...message].length > MAX_CHARS) return `has more than ${MAX_CHARS.toLocaleString('en')} characters`;
  if (/[{}[\]]/.test(message)) return 'has a placeholder';
  if (hasMarkup(message)) return 'has markup';
  const known = linksIn(campaign);
  if ([...linksIn(message)].some((link) => !known.has(link))) return 'has a link that the campaign does not name';
  return undefined;
}
