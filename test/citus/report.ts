import { distribution } from '../../src/database/citus/distribution';
import { statementsOf } from './catalog';
import { remedies } from './remedies';
import { judge } from './rules';
import { ofCatalogue, ofFiles, ofRules } from './statements';
import { type Catalog, places, type Verdict, type Where, worst } from './verdict';

export interface Judged extends Verdict {
  name: string;
}

/** What is committed: how many statements run where, and each that does not run on its shards alone, with why. */
export interface Report {
  counts: Record<Where, number>;
  'in steps': Record<string, string>;
  'not possible': Record<string, string>;
}

/** Every statement and every function of ours. */
export function judgeAll(catalog: Catalog): Judged[] {
  const statements = [...ofFiles(), ...ofRules(), ...ofCatalogue()].map(({ name, statement }) => ({
    name,
    ...worst(...statementsOf(statement.text).map((one) => judge(one, catalog))),
  }));
  return [...[...catalog.ours].map(([name, verdict]) => ({ name: `function ${name}`, ...verdict })), ...statements];
}

export function reportOf(judged: Judged[]): Report {
  const said = together(judged);
  const counts = Object.fromEntries(places.map((place) => [place, said.filter(({ where }) => where === place).length]));
  const listed = (where: Where) =>
    Object.fromEntries(said.flatMap((one) => (one.where === where ? [[one.name, one.because.join('; ')]] : [])));
  return { counts: counts as Report['counts'], 'in steps': listed('in steps'), 'not possible': listed('not possible') };
}

/** What is the same for most rules is said once, and the others beside it. */
function together(judged: Judged[]): Judged[] {
  return [...groupBy(judged)].flatMap(([kind, all]) => {
    if (all.length < 5) return all;
    const says = (one: Judged) => JSON.stringify([one.where, one.because]);
    const common = mostCommon(all.map(says));
    const first = all.find((one) => says(one) === common)!;
    return [{ ...first, name: `${kind}: a rule` }, ...all.filter((one) => says(one) !== common)];
  });
}

const kindOf = ({ name }: Judged): string => (name.includes(': ') ? name.split(': ')[0] : name);
const groupBy = (judged: Judged[]): Map<string, Judged[]> => {
  const kinds = new Map<string, Judged[]>();
  for (const one of judged) kinds.set(kindOf(one), [...(kinds.get(kindOf(one)) ?? []), one]);
  return kinds;
};
const mostCommon = (said: string[]): string =>
  [...new Set(said)].sort((a, b) => said.filter((one) => one === b).length - said.filter((one) => one === a).length)[0];

/** The reasons for which nobody has said what would be done. */
export const withoutRemedy = (judged: Judged[]): string[] =>
  [...new Set(judged.flatMap(({ because }) => because))].filter((reason) => !remedies.some(([known]) => known.test(reason)));

const means: Record<Where, string> = {
  coordinator: 'touches no customer’s rows: as on one server',
  'one shard': 'routed by the customer: as on one server, and anything is possible there',
  'some shards': 'routed by a list of customers',
  'all shards': 'each shard for itself, all at once: joins and groups are by customer',
  'in steps': 'works; rows pass through the coordinator',
  'not possible': 'Citus refuses it, or does not promise it',
};

const CHECK = `\`test/citus.e2e-spec.ts\` reads every exported statement of every \`*.sql.ts\`, what every filter and some trees become in each query that is made of rules, and every
statement in the functions of the schema, with PostgreSQL's own parser, and decides by the rules above. What it decided is in \`test/citus/expected.json\`; a new
statement fails the test until somebody has looked (\`UPDATE=1 npx jest citus\`).`;

/** For docs/scale.md. */
export function markdownOf(report: Report, judged: Judged[]): string {
  const counts = places.map((place) => `| ${place} | ${report.counts[place]} | ${means[place]} |`);
  const kindsOf = (because: string) => [
    ...new Set(because.split('; ').flatMap((reason) => remedies.find(([known]) => known.test(reason))?.[1] ?? [])),
  ];
  const rowsOf = (where: 'in steps' | 'not possible') =>
    Object.entries(report[where]).map(([name, because]) => `| \`${name}\` | ${kindsOf(because).join('; ')} |`);
  const asked = new Set(judged.flatMap(({ because }) => because));
  const used = remedies.filter(([known]) => [...asked].some((reason) => known.test(reason)));
  return [
    '| table | lies | why |',
    '|---|---|---|',
    ...distribution.map(
      (one) =>
        `| \`${one.table}\` | ${one.lies === 'customer' ? `by \`${one.column}\`` : 'on the coordinator'} | ${one.why} |`,
    ),
    '',
    '## Every statement, held against its rules',
    '',
    CHECK,
    '',
    '| runs on | statements | |',
    '|---|---|---|',
    ...counts,
    '',
    '**Not possible as they are**',
    '',
    '| statement | why |',
    '|---|---|',
    ...rowsOf('not possible'),
    '',
    '**In steps**',
    '',
    '| statement | why |',
    '|---|---|',
    ...rowsOf('in steps'),
    '',
    '| why | what would be done |',
    '|---|---|',
    ...used.map(([, kind, remedy]) => `| ${kind} | ${remedy} |`),
  ].join('\n');
}
