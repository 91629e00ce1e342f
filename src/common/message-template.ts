/**
 * Placeholders of messages and titles: `{{ preferences.first_name | default: "friend" }}`. There is no logic and nothing is evaluated:
 * a text is cut into pieces once, and each placeholder is replaced by a value or by its fallback. What is inserted is never read again.
 */

/** Placeholders a text may have. */
const MAX_PLACEHOLDERS = 50;

/** Characters (code points) of a value that are inserted; the rest is cut off. A fallback may have as many. */
export const MAX_VALUE_LENGTH = 200;

/** Faults that are named at once: enough to see what is wrong. */
const MAX_FAULTS = 3;

/** What a placeholder may name. A field that a customer may be without needs a fallback. */
interface FieldKind {
  readonly form: RegExp;
  readonly needsFallback: boolean;
}

const fieldKinds: readonly FieldKind[] = [
  { form: /^user_id$/, needsFallback: false },
  { form: /^email$/, needsFallback: false },
  {
    form: /^preferences(?:\.(?!(?:__proto__|constructor|prototype)(?:\.|$))[A-Za-z0-9_-]{1,64}){1,4}$/,
    needsFallback: true,
  },
];

const EXAMPLE = '{{ preferences.first_name | default: "friend" }}';
const ALLOWED = `allowed are {{ user_id }}, {{ email }} and, with a default, preferences.<key> of up to four keys, as in ${EXAMPLE}`;

interface Placeholder {
  readonly field: string;
  /** Undefined where none is given: then it is empty. */
  readonly fallback: string | undefined;
}

interface Template {
  readonly pieces: readonly (string | Placeholder)[];
  /** What is wrong with it, for people; at most MAX_FAULTS. */
  readonly faults: readonly string[];
}

/** What a customer has, by the name of the field: `{email: 'ana@example.com', 'preferences.first_name': 'Ana'}`. */
export type CustomerValues = Readonly<Record<string, unknown>>;

/** No two parts of it can match the same character, so that it takes linear time. */
const PLACEHOLDER = /\{\{ *([^\s{}|"]+) *(?:\| *default: *"((?:[^"\\\p{Cc}\u2028\u2029]|\\["\\])*)" *)?\}\}/uy;

function parse(text: string): Template {
  const pieces: (string | Placeholder)[] = [];
  const faults: string[] = [];
  const literal = (from: number, to: number) => {
    const stray = text.slice(from, to).indexOf('}}');
    if (stray >= 0) faults.push(`${at(text, from + stray)}: "}}" without "{{" before it`);
    pieces.push(text.slice(from, to));
  };
  let end = 0;
  for (let count = 1; faults.length < MAX_FAULTS; count++) {
    const start = text.indexOf('{{', end);
    if (start < 0) break;
    literal(end, start);
    if (count > MAX_PLACEHOLDERS) return { pieces, faults: [...faults, `has more than ${MAX_PLACEHOLDERS} placeholders`] };
    PLACEHOLDER.lastIndex = start;
    const [whole, field, written] = PLACEHOLDER.exec(text) ?? [misshapen(text, start)];
    const placeholder = field && { field, fallback: written?.replace(/\\(["\\])/g, '$1') };
    const fault = placeholder ? placeholderFault(placeholder) : shapeFault(text, start);
    if (fault) faults.push(`${at(text, start)}: ${fault}`);
    if (placeholder) pieces.push(placeholder);
    end = start + whole.length;
  }
  if (faults.length < MAX_FAULTS) literal(end, text.length);
  return { pieces, faults: faults.slice(0, MAX_FAULTS) };
}

/** What stands where a placeholder should: to its end, or to where the next one begins. */
function misshapen(text: string, start: number): string {
  const close = text.indexOf('}}', start);
  const next = text.indexOf('{{', start + 2);
  if (close < 0) return text.slice(start, next < 0 ? undefined : next);
  return text.slice(start, next < 0 ? close + 2 : Math.min(close + 2, next));
}

/** Characters are counted from 1, as an editor shows them. The text itself is not repeated: it may be anything. */
const at = (text: string, index: number) => `at character ${[...text.slice(0, index)].length + 1}`;

const shapeFault = (text: string, start: number): string =>
  text.includes('}}', start) ? `this is no placeholder; ${ALLOWED}` : `"{{" without "}}" after it; ${ALLOWED}`;

function placeholderFault({ field, fallback }: Placeholder): string | undefined {
  const kind = fieldKinds.find(({ form }) => form.test(field));
  if (!kind) return `there is no such field; ${ALLOWED}`;
  if (kind.needsFallback && fallback === undefined) return `needs a default, as in ${EXAMPLE}: a customer may have none`;
  if (fallback && [...fallback].length > MAX_VALUE_LENGTH) return `its default has more than ${MAX_VALUE_LENGTH} characters`;
  return undefined;
}

/** Whether a text has placeholders, or something that looks like one. */
export const isPersonalised = (text: string): boolean => text.includes('{{');

/** What is wrong with the placeholders of a text, for people: where, and what is allowed. Empty when it can be saved. */
export function templateFaults(text: string): readonly string[] {
  const { pieces, faults } = parse(text);
  if (faults.length > 0 || !isPersonalised(text)) return faults;
  const isVisible = pieces.some((piece) => isText(typeof piece === 'string' ? piece : (piece.fallback ?? piece.field)));
  return isVisible ? [] : ['would be blank for a customer who has none of its values: add words, or a default'];
}

/** A text that has been read once, for as many customers as it is sent to. */
export interface CompiledText {
  /** What it names, each once. */
  readonly fields: readonly string[];
  /** It with the values of one customer, and the fields that took the fallback because he has no text, number or yes and no there. */
  readonly render: (customer: CustomerValues) => { text: string; missing: string[] };
}

/**
 * Reads a text once. With values it has at most as many characters as it has itself and MAX_PLACEHOLDERS × MAX_VALUE_LENGTH more: 20,000 for
 * a message, which has 10,000. A text that could not be saved with its placeholders (it is older than they are) is what it says, to the
 * letter.
 */
export function compile(text: string): CompiledText {
  const { pieces, faults } = parse(text);
  if (faults.length > 0) return { fields: [], render: () => ({ text, missing: [] }) };
  const placeholders = pieces.filter((piece) => typeof piece !== 'string');
  return {
    fields: [...new Set(placeholders.map(({ field }) => field))],
    render: (customer) => {
      const missing = new Set<string>();
      const written = pieces.map((piece) => {
        if (typeof piece === 'string') return piece;
        const value = Object.hasOwn(customer, piece.field) ? insertable(customer[piece.field]) : undefined;
        if (value === undefined) missing.add(piece.field);
        return value ?? piece.fallback ?? '';
      });
      return { text: written.join(''), missing: [...missing] };
    },
  };
}

/** A value as it is inserted, on one line: a title stands in a mail header. Undefined where there is nothing to read. */
function insertable(value: unknown): string | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  if (typeof value !== 'string') return undefined;
  const start = [...value.slice(0, 2 * MAX_VALUE_LENGTH)].slice(0, MAX_VALUE_LENGTH).join('');
  const line = start.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').replace(/\p{Cs}/gu, '\ufffd');
  return isText(line) ? line : undefined;
}

/** Not only blanks and characters that nobody sees. */
const isText = (text: string): boolean => /[^\s\p{Default_Ignorable_Code_Point}]/u.test(text);
