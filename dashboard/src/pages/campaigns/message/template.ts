import { compile, templateFaults } from '../../../../../src/common/message-template';
import type { Schema } from '../../../api/client';

// The service's own grammar, so that what is shown before a message is saved is what is sent: ../../../../../src/common/message-template.ts
export { templateFaults };

type Channel = Schema<'CampaignView'>['channel'];

/** A message as it is being written. */
export interface MessageText {
  title: string;
  message: string;
}

/** What one customer would read. `missing`: the fields that took their default. */
export interface RenderedText {
  title: string | null;
  message: string;
  missing: string[];
}

/** What is known of a customer. `null` where nothing is. */
export type KnownCustomer = Pick<Schema<'CustomerProfileView'>, 'id' | 'email' | 'preferences'> | null;

const TITLED: readonly Channel[] = ['email', 'webpush', 'android', 'ios', 'webhook'];

/** A text message has no title. */
export const hasTitle = (channel: Channel): boolean => TITLED.includes(channel);

/** The fields that a text names, each once. */
export const fieldsOf = (text: string): readonly string[] => compile(text).fields;

/** What a customer reads of a message that is not saved. An empty title is none. */
export function render({ title, message }: MessageText, customer: KnownCustomer): RenderedText {
  const texts = [title, message].map(compile);
  const values = Object.fromEntries(texts.flatMap(({ fields }) => fields).map((field) => [field, valueOf(field, customer)]));
  const [top, body] = texts.map((text) => text.render(values));
  return {
    title: title.trim() ? top.text : null,
    message: body.text,
    missing: [...new Set([...top.missing, ...body.missing])],
  };
}

function valueOf(field: string, customer: KnownCustomer): unknown {
  if (!customer) return undefined;
  if (field === 'user_id') return customer.id;
  if (field === 'email') return customer.email;
  const [, ...keys] = field.split('.');
  return keys.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    customer.preferences,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A placeholder as it is written. Without a fallback where it is undefined; control characters, which none may have, become spaces. */
export function placeholder(field: string, fallback: string | undefined): string {
  if (fallback === undefined) return `{{ ${field} }}`;
  const line = fallback.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').replace(/["\\]/g, '\\$&');
  return `{{ ${field} | default: "${line}" }}`;
}

/** Whether a placeholder may name the field, and may go without a default. */
export function fieldKind(field: string): 'plain' | 'needs-default' | 'unknown' {
  if (/[\s{}|"]/.test(field) || field === '') return 'unknown';
  if (templateFaults(`x ${placeholder(field, undefined)}`).length === 0) return 'plain';
  return templateFaults(`x ${placeholder(field, 'x')}`).length === 0 ? 'needs-default' : 'unknown';
}

/** A field of the preferences that customers have, and what some of them have there. */
export interface OfferedField {
  field: string;
  examples: string[];
}

const MAX_EXAMPLES = 4;

/**
 * The fields that can be inserted, from fragments as the filter values have them: `{"diet": "vegan"}`, `{"address": {"city": "Reus"}}`. Lists
 * cannot be inserted, and no key that a placeholder cannot name.
 */
export function offeredFields(fragments: readonly unknown[]): OfferedField[] {
  const found = new Map<string, string[]>();
  for (const fragment of fragments)
    for (const [field, value] of leavesOf(fragment, 'preferences')) {
      if (fieldKind(field) !== 'needs-default') continue;
      const examples = found.get(field) ?? [];
      if (examples.length < MAX_EXAMPLES && !examples.includes(value)) examples.push(value);
      found.set(field, examples);
    }
  return [...found].map(([field, examples]) => ({ field, examples }));
}

function leavesOf(value: unknown, path: string): [field: string, value: string][] {
  if (isObject(value)) return Object.entries(value).flatMap(([key, part]) => leavesOf(part, `${path}.${key}`));
  return ['string', 'number', 'boolean'].includes(typeof value) ? [[path, String(value)]] : [];
}

/** A text with something put where the caret is, in place of what is selected, and where the caret is then. */
export function inserted(text: string, what: string, from = text.length, to = from): { text: string; caret: number } {
  return { text: text.slice(0, from) + what + text.slice(to), caret: from + what.length };
}
