/** What people see of a far side's words, and what failures are grouped by. */
const FIRST_CHARS = /^(.{200}).*$/u;
/** More is not even looked at: to find the addresses in it takes the square of its length. */
const READ_CHARS = 4000;

/** Somebody else's words on one line, without the addresses that mail servers like to repeat: they would be kept, and shown to others. */
export const errorText = (words: string): string =>
  Buffer.from(words) // a lone surrogate becomes U+FFFD
    .toString()
    .slice(0, READ_CHARS)
    // eslint-disable-next-line regexp/no-super-linear-move -- bounded above
    .replace(/<?[^\s<>"']+@[^\s<>"']+>?/g, '<address>')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .replace(FIRST_CHARS, '$1');
