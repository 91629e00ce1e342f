import { Injectable } from '@nestjs/common';
import { jsonFault } from '../../common/json-guard';
import { Problem } from '../../common/problem';
import { LanguageModel } from '../language-model';
import { checkedDraft, type Draft, type DraftRules } from './draft-check';
import { messagePrompt, type MessageWish } from './message.prompt';

/** Messages that can be used, and why the others cannot: nothing of those is kept. */
export interface Drafts {
  drafts: Draft[];
  faults: string[];
}

/** Tokens of a variant at most: room for more than its characters, so that one that runs on is refused for its length and not cut off. */
const tokensOf = ({ room }: MessageWish) => Math.ceil((room.title + room.message) / 2) + 24;
const MOST_TOKENS = 4096;

/** Asks the model for messages, and lets through what can be saved and sent. What it writes is untrusted. */
@Injectable()
export class MessageDraftsService {
  constructor(private readonly model: LanguageModel) {}

  /**
   * At least one. Where the first answer has none that can be used, the model is told what was wrong and asked once more.
   * @throws Problem draft-not-usable with what was wrong with the second, model-…
   */
  async draft(wish: MessageWish, links: Pick<DraftRules, 'links' | 'linksOf'>, signal?: AbortSignal): Promise<Drafts> {
    const rules = { room: wish.room, titled: wish.titled, fields: new Set(wish.fields), ...links };
    const first = await this.ask(wish, rules, [], signal);
    if (first.drafts.length > 0) return first;
    const second = await this.ask(wish, rules, first.faults, signal);
    if (second.drafts.length > 0) return { drafts: second.drafts, faults: [...first.faults, ...second.faults] };
    throw new Problem(
      'draft-not-usable',
      `The model's message ${second.faults[0]}: try again, or write the message yourself.`,
      [...new Set(second.faults)].map((detail) => ({ pointer: '/message', detail })),
    );
  }

  private async ask(wish: MessageWish, rules: DraftRules, faults: string[], signal?: AbortSignal): Promise<Drafts> {
    const answer = await this.model.generate({
      ...messagePrompt(wish, [...new Set(faults)]),
      temperature: 0.7,
      max_tokens: Math.min(MOST_TOKENS, tokensOf(wish) * wish.variants + 64),
      signal,
    });
    const found: Drafts = { drafts: [], faults: [] };
    for (const written of variantsIn(answer, wish.variants)) {
      const checked = checkedDraft(written, rules);
      if ('fault' in checked) found.faults.push(checked.fault);
      else if (found.drafts.some(({ message }) => message === checked.draft.message))
        found.faults.push('is the same as another');
      else found.drafts.push(checked.draft);
    }
    return found;
  }
}

/** The variants of an answer, at most so many, at least one, whatever they are. An answer that is none has one without a message. */
function variantsIn(answer: string, wanted: number): unknown[] {
  const value = parsed(answer);
  // some servers follow no schema: of one message the words alone are an answer too
  if (value === undefined) return [wanted === 1 && !/^\s*[{[]/.test(answer) ? { message: answer } : undefined];
  if (jsonFault(value)) return [undefined];
  if (typeof value === 'string' && wanted === 1) return [{ message: value }];
  const { variants } = (value ?? {}) as { variants?: unknown };
  return Array.isArray(variants) && variants.length > 0 ? variants.slice(0, wanted) : [undefined];
}

/** Undefined where it is no JSON. A fence around it is taken off: small models like to put one there. */
function parsed(answer: string): unknown {
  const text = answer.trim();
  const isFenced = text.startsWith('```') && text.endsWith('```') && text.includes('\n');
  try {
    return JSON.parse(isFenced ? text.slice(text.indexOf('\n'), -3) : text);
  } catch {
    return undefined;
  }
}
