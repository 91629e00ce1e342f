// What a model wrote, made fit to be read by people. A model may send 64 KB: what looks at all of it takes linear time.

/** Control characters but the line break, zero-width, bidirectional, variation and tag characters, lone surrogates, unassigned ones. */
const INVISIBLE = /(?!\n)[\p{C}\p{Default_Ignorable_Code_Point}]/u;
const LINE_BREAK = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
const TAG = /<[a-z/!?][^<>]*>/gi;

export const hasInvisible = (text: string): boolean => INVISIBLE.test(text);

/** Something a browser would read as HTML. */
export const hasMarkup = (text: string): boolean => /<[a-z/!?]/i.test(text);

/** Text without what nobody can see; line breaks are \n, a tab is a space. What is seen stays to the letter. */
export const visibleText = (text: string): string =>
  text.replace(LINE_BREAK, '\n').replace(/\t/g, ' ').replace(new RegExp(INVISIBLE, 'gu'), '');

/** `visibleText` of a text that comes in pieces: what it gives, put together, is the same wherever the text was cut. */
export class VisiblePieces {
  private held = '';

  /** @returns what is seen of the text so far and was not given yet: what only the next piece can tell is held back */
  add(piece: string): string {
    const text = this.held + piece;
    this.held = /[\r\ud800-\udbff]$/.exec(text)?.[0] ?? ''; // half of a line break, or of a character
    return visibleText(text.slice(0, text.length - this.held.length));
  }

  end(): string {
    return visibleText(this.held);
  }
}

/**
 * Text without tags, invisible characters, the code fence or quotes around it, and with at most one blank line in a row. Tags are
 * taken out once: what looks like one afterwards was meant to (`<scr<b>ipt>`), see `hasMarkup`.
 */
export function plainText(text: string): string {
  const tidy = visibleText(text)
    .replace(TAG, '')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return withoutQuotes(withoutFence(tidy));
}

/** The first line of a fenced block may name a language. */
function withoutFence(text: string): string {
  const fenced = text.length >= 6 && text.startsWith('```') && text.endsWith('```');
  if (!fenced) return text;
  const inside = text.slice(3, -3).replace(/^\w*\n/, '');
  return inside.trim();
}

const QUOTES = ['""', "''", '“”', '„“', '«»', '‘’', '``'];

function withoutQuotes(text: string): string {
  const inside = text.slice(1, -1);
  const quoted = ([open, close]: string) =>
    text.startsWith(open) && text.endsWith(close) && !inside.includes(open) && !inside.includes(close);
  return text.length >= 2 && QUOTES.some(quoted) ? inside.trim() : text;
}

/* eslint-disable regexp/no-super-linear-move -- 40 ms for 4,000 letters in a row, and linksIn takes no more */

/** Whatever a mail or chat program would make clickable: with a scheme, without one (`//host`), a bare host, an address. */
const LINK = new RegExp(
  [
    String.raw`[a-z][a-z0-9+.-]*://\S+`,
    String.raw`//[^\s/]\S*`,
    String.raw`\b(?:javascript|vbscript|data|file|blob|intent|mailto|tel|sms):\S+`,
    String.raw`[\p{L}\p{N}][\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.[a-z]{2,}\S*`,
    String.raw`[\p{L}\p{N}]\.[a-z]{2,}/\S*`, // t.co/x, but not "p.ex."
  ].join('|'),
  'giu',
);

/**
 * The links of a text of a few thousand characters, without the punctuation that ends a sentence. Full-width letters and dots count
 * as plain ones.
 */
export function linksIn(text: string): Set<string> {
  const found = text.normalize('NFKC').match(LINK) ?? [];
  return new Set(found.map((link) => link.replace(/[^\p{L}\p{N}/=&#%_~-]+$/u, '')));
}
