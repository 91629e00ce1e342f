import { compile, templateFaults } from '../../common/message-template';
import { hasMarkup, linksIn, plainText } from '../plain-text';
import { type Room, smsMessagesOf } from './channel-lengths';

/** What a draft must keep to. */
export interface DraftRules {
  readonly room: Room;
  /** Whether a title is asked for. */
  readonly titled: boolean;
  /** Fields that a placeholder may name; none at all where it is empty. */
  readonly fields: ReadonlySet<string>;
  /** The links that may stand in it: those that whoever asks has named, */
  readonly links: ReadonlySet<string>;
  /** and where. */
  readonly linksOf: 'campaign' | 'goal';
}

/** A message that can be saved and sent as it is. */
export interface Draft {
  title: string | null;
  message: string;
  /** Of the message, with the defaults of its placeholders. */
  characters: number;
  /** Text messages it takes; null where it does not go as those. */
  sms_messages: number | null;
  /** The fields it names, each once. */
  placeholders: string[];
}

/** A draft, or in our own words why it is none: "has …", "is …". Nothing of what was written is repeated. */
export type Checked = { draft: Draft } | { fault: string };

/** One variant as the model wrote it; what else stands in it is not looked at. */
export function checkedDraft(written: unknown, rules: DraftRules): Checked {
  const { message, title } = (typeof written === 'object' && written !== null ? written : {}) as Record<string, unknown>;
  if (typeof message !== 'string') return { fault: 'has no message' };
  if (rules.titled && typeof title !== 'string') return { fault: 'has no title' };
  const { room } = rules;
  const body = readable(plainText(message), room.message, rules);
  if ('fault' in body) return body;
  const head = rules.titled ? readable(plainText(title as string).replaceAll('\n', ' '), room.title, rules) : undefined;
  if (head && 'fault' in head) return { fault: `has a title that ${head.fault}` };
  const sms = room.smsMessages === undefined ? null : smsMessagesOf(body.shown);
  if (sms !== null && sms > room.smsMessages!) return { fault: `takes more than ${room.smsMessages} text messages` };
  return {
    draft: {
      title: head?.text ?? null,
      message: body.text,
      characters: [...body.shown].length,
      sms_messages: sms,
      placeholders: [...new Set([...(head?.fields ?? []), ...body.fields])],
    },
  };
}

interface Readable {
  text: string;
  /** With the default of every placeholder, as a customer of whom nothing is known reads it. */
  shown: string;
  fields: readonly string[];
}

/**
 * What is read is looked at, with the defaults and with a value, so that nothing is put together out of what stands around a placeholder.
 * Its length comes first: looking for links takes long in a long text.
 */
function readable(text: string, max: number, { fields, links, linksOf }: DraftRules): Readable | { fault: string } {
  const template = compile(text);
  const shown = template.render({}).text;
  const filled = template.render(Object.fromEntries(template.fields.map((field) => [field, 'aa']))).text;
  const seen = [shown, filled];
  if (!/[\p{L}\p{N}]/u.test(shown)) return { fault: 'is empty' };
  if ([...shown].length > max) return { fault: `has more than ${max.toLocaleString('en')} characters` };
  if (templateFaults(text).length > 0 || template.fields.some((field) => !fields.has(field)))
    return { fault: fields.size === 0 ? 'has a placeholder' : 'has a placeholder that cannot be filled' };
  if (seen.some((one) => /[{}[\]]/.test(one))) return { fault: 'has a placeholder' };
  if (seen.some(hasMarkup)) return { fault: 'has markup' };
  if (seen.some((one) => [...linksIn(one)].some((link) => !links.has(link))))
    return { fault: `has a link that the ${linksOf} does not name` };
  return { text, shown, fields: template.fields };
}
