const foldedCharacters = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Text as people take two for the same: without letter case, accents and spaces around or repeated. */
export const folded = (text: string): string => foldedCharacters(text).replace(/\s+/g, ' ').trim();

/** What of `text` is the same as `words`, as it is written there; undefined where there is none. */
export function excerptOf(text: string, words: string): string | undefined {
  const wanted = folded(words);
  const characters = [...text];
  let written = '';
  const at: number[] = [];
  characters.forEach((character, i) => {
    const plain = /\s/.test(character) ? ' ' : foldedCharacters(character);
    if (plain === ' ' && written.endsWith(' ')) return;
    written += plain;
    for (let j = 0; j < plain.length; j++) at.push(i);
  });
  const from = wanted === '' ? -1 : written.indexOf(wanted);
  return from < 0 ? undefined : characters.slice(at[from], at[from + wanted.length - 1] + 1).join('');
}
