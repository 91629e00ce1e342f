import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessAndInput } from './requirements/access-and-input';
import { dataAndSupply } from './requirements/data-and-supply';
import { dispatchAndDelivery } from './requirements/dispatch-and-delivery';
import { outages } from './requirements/outages';
import type { Proof, Requirement } from './requirements/requirement';

const security = [...accessAndInput, ...dataAndSupply];
const reliability = [...dispatchAndDelivery, ...outages];

const root = join(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const numberOf = ({ id }: Requirement) => Number(id.slice(1));
const BEGIN = '<!-- written from test/requirements/ by UPDATE=1 npx jest test/requirements -->';
const END = '<!-- end -->';

/** A title as it stands in code: behind the parenthesis of a test, or of the table it is for. */
const isTitleIn = (source: string, title: string) =>
  ["'", '"', '`'].some((quote) => new RegExp(`\\(\\s*${escaped(quote + title + quote)}`).test(source));
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const inTable = (text: string) => text.replaceAll('|', '\\|');
const proofText = (proof: Proof) =>
  typeof proof === 'string'
    ? `\`${proof}\``
    : `[${proof[0].replace(/^(test|src)\//, '')}](../${proof[0]}): ${proof
        .slice(1)
        .map((title) => `*${inTable(title)}*`)
        .join('; ')}`;

function written(list: readonly Requirement[]): string {
  const rows = [...list].sort((a, b) => numberOf(a) - numberOf(b));
  const open = rows.filter(({ holds }) => holds !== 'yes');
  const lines = [
    BEGIN,
    '',
    `${rows.length} requirements: ${rows.length - open.length} hold, ${rows.filter(({ holds }) => holds === 'partly').length} in part, ${rows.filter(({ holds }) => holds === 'no').length} do not.`,
    '',
    '| | what is asked | holds | but | proved by |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ id, asks, holds, but, proofs }) =>
        `| ${id} | ${inTable(asks)} | ${holds} | ${inTable(but ?? '')} | ${proofs.map(proofText).join('<br>')} |`,
    ),
    '',
    END,
  ];
  return lines.join('\n');
}

describe('what is asked of the service', () => {
  it('is 60 things, each in one list and once', () => {
    const numbers = [...security, ...reliability].map(numberOf).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it.each([...security, ...reliability].map((one) => [one.id, one] as const))('%s is proved by what there is', (_, one) => {
    const missing = one.proofs.flatMap((proof) => {
      if (typeof proof === 'string') return isThere(proof) ? [] : [proof];
      const [file, ...titles] = proof;
      if (!existsSync(join(root, file))) return [file];
      return titles.filter((title) => !isTitleIn(read(file), title)).map((title) => `${file}: ${title}`);
    });
    expect(missing).toEqual([]);
    expect(one.proofs.length > 0 || one.holds === 'no').toBe(true);
    if (one.holds !== 'yes') expect(one.but).toBeDefined();
  });

  it.each([
    ['docs/security.md', security],
    ['docs/reliability.md', reliability],
  ])('stands in %s (UPDATE=1 npx jest test/requirements writes it anew)', (file, list) => {
    const page = read(file);
    const [before, after] = [page.slice(0, page.indexOf(BEGIN)), page.slice(page.indexOf(END) + END.length)];
    if (process.env.UPDATE) writeFileSync(join(root, file), before + written(list) + after);
    expect(read(file)).toBe(before + written(list) + after);
  });
});

/** A command of CI, or of package.json. */
const isThere = (command: string): boolean => {
  const [program, first, script] = command.split(' ');
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
  return program === 'npm' ? first === 'run' && script in scripts : existsSync(join(root, first));
};
