import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Texts = { [key: string]: string | Texts };

const read = (language: string, file: string): Texts =>
  JSON.parse(readFileSync(join(__dirname, language, file), 'utf8')) as Texts;
const files = readdirSync(join(__dirname, 'en'));

/** Every text by its path: `list.shown_one`. */
const flat = (texts: Texts, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, text]): [string, string][] =>
    typeof text === 'string' ? [[path + key, text]] : flat(text, `${path}${key}.`),
  );
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name).sort();

describe.each(['es', 'ca'])('the texts in %s', (language) => {
  it('are in the same files as the English ones', () => {
    expect(readdirSync(join(__dirname, language))).toEqual(files);
  });

  it.each(files)('of %s are there for every key, with the same things to fill in', (file) => {
    const [english, theirs] = [new Map(flat(read('en', file))), new Map(flat(read(language, file)))];

    expect([...theirs.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of theirs)
      expect([key, new Set(placeholders(text))]).toEqual([key, new Set(placeholders(english.get(key)!))]);
  });
});
