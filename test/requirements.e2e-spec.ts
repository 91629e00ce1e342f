import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessAndInput } from './requirements/access-and-input';
import { dataAndSupply } from './requirements/data-and-supply';
import { dispatchAndDelivery } from './requirements/dispatch-and-delivery';
import { outages } from './requirements/outages';
import { figuresOf, holds } from './release/figures';
import { stages } from './release/stages';
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

describe('a stage of the release check', () => {
  it('has its figures from lines of JSON, added up over runs, and from the summary of Jest', () => {
    const output = [
      'told beside it',
      '{"seed":7,"kills":20,"found":[],"windows":{"a":1}}',
      '{"kills":30,"found":[{"rows":1}]}',
      '{ no JSON',
    ];
    expect(figuresOf(output.join('\n'))).toEqual({ kills: 50, found: 1 });
    expect(figuresOf('500 of 1000\r1000 of 1000\r{"requests":1000,"found":[]}\n')).toEqual({ requests: 1000, found: 0 });
    expect(figuresOf('Tests:       2 failed, 1 skipped, 40 passed, 43 total\n')).toEqual({ failed: 2, passed: 40 });
  });

  it('counts a mutant that nobody missed, and not the harm that mutants do', () => {
    const run = (caught: boolean) => JSON.stringify({ mutant: 'no-token', caught, found: [{ rows: 3 }], lost: 1 });
    expect(figuresOf(`${run(true)}\n${run(false)}`)).toEqual({ mutants: 2, not_caught: 1, lost: 2 });
  });

  it.each([
    { is: '>=', value: 10, holding: 10, missing: 9 },
    { is: '<=', value: 10, holding: 10, missing: 11 },
    { is: '<', value: 10, holding: 9.9, missing: 10 },
    { is: '=', value: 0, holding: 0, missing: 1 },
  ] as const)('holds where a figure is $is $value', ({ is, value, holding, missing }) => {
    expect(holds(['figure', is, value], { figure: holding })).toBe(true);
    expect(holds(['figure', is, value], { figure: missing })).toBe(false);
    expect(holds(['figure', is, value], {})).toBe(false); // what was not measured does not hold
  });

  it('runs a command that there is, and stands in docs/release-report.md', () => {
    const page = read('docs/release-report.md');
    for (const { name, command } of stages) {
      const [program, ...args] = command;
      if (program === 'npm' && args[0] === 'run') expect(isThere(`npm run ${args[2]}`)).toBe(true);
      expect(page).toContain(`| \`${name}\` |`);
    }
  });
});

/** A command of CI, or of package.json. */
const isThere = (command: string): boolean => {
  const [program, first, script] = command.split(' ');
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
  return program === 'npm' ? first === 'run' && script in scripts : existsSync(join(root, first));
};
