import { cpus, totalmem } from 'node:os';
import { holds } from './figures';
import { changedSince, checkedOut, kept, type Result } from './results';
import { type Goal, type Stage, stages } from './stages';

/** Whether a stage came out as it must. */
export const isWell = (stage: Stage, result: Result | undefined): boolean =>
  result?.exit === 0 && stage.goals.every((goal) => holds(goal, result.figures));

/** Whether it is of these sources, and of the stage as it is. */
export const isCurrent = (stage: Stage, result: Result): boolean =>
  result.sources === checkedOut().sources && result.command === stage.command.join(' ');

/** docs/release-report.md: every figure beside its goal, and plainly what does not hold. */
export function report(): string {
  const { commit } = checkedOut();
  const rows = stages.map((stage) => ({ stage, result: kept(stage.name) }));
  const wrong = rows.filter(({ stage, result }) => !isWell(stage, result));
  const old = rows.filter(({ stage, result }) => result && !isCurrent(stage, result));
  return `# Release report

Written by \`npm run release:check\` at commit \`${commit}\`, on ${cpus().length} processors (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}. Each stage
can be run by itself (\`npm run release:check -- --stage NAME\`) and keeps what it measured; what it shows and its goals are in [stages.ts](../test/release/stages.ts).

${wrong.length === 0 ? '**Everything holds.**' : `**${rows.length - wrong.length} of ${rows.length} stages hold.** ${wrong.map(({ stage, result }) => why(stage, result)).join(' ')}`}
${old.length === 0 ? '' : `\nMeasured on other sources, or of another size, than the ones here: ${old.map(({ stage, result }) => `\`${stage.name}\` (at \`${result!.commit}\`)`).join(', ')}.\n${since(old.map(({ result }) => result!.commit))}\n`}
## Stages

| stage | what it shows | figure | goal | measured | holds | took |
|---|---|---|---|---|---|---|
${rows.map(({ stage, result }) => rowsOf(stage, result)).join('\n')}

What is measured as a ratio, with its goals, is in [bench/](../bench/README.md).
`;
}

/** What was changed after each of these commits, for whoever wonders whether a figure still stands. */
const since = (commits: string[]): string => {
  const byFiles = new Map<string, Set<string>>();
  for (const commit of commits) {
    const files =
      changedSince(commit)
        ?.map((file) => `\`${file}\``)
        .join(', ') ?? 'not known';
    byFiles.set(files, (byFiles.get(files) ?? new Set()).add(`\`${commit}\``));
  }
  return [...byFiles].map(([files, all]) => `- since ${[...all].join(', ')}: ${files || 'nothing'}`).join('\n');
};

function why({ name, goals }: Stage, result: Result | undefined): string {
  if (!result) return `\`${name}\` was not run.`;
  const missed = goals
    .filter((goal) => !holds(goal, result.figures))
    .map((goal) => `${goal[0]} is ${shown(result, goal)}, not ${goal[1]} ${goal[2]}`);
  return `\`${name}\`: ${[...missed, ...(result.exit === 0 ? [] : [`exit code ${result.exit}`])].join('; ')}.`;
}

function rowsOf(stage: Stage, result: Result | undefined): string {
  const took = result ? duration(result.seconds) : '';
  const first = `| \`${stage.name}\` | ${stage.shows} `;
  if (!result) return `${first}| | | not run | **no** | |`;
  const goals: Goal[] = [['exit code', '=', 0], ...stage.goals];
  const figures = { ...result.figures, 'exit code': result.exit };
  const aims = new Set(goals.map(([figure]) => figure));
  const besides = Object.entries(result.figures).filter(([figure]) => !aims.has(figure) && figure !== 'seconds');
  return [
    ...goals.map((goal, place) => {
      const [figure, is, value] = goal;
      const verdict = holds(goal, figures) ? 'yes' : '**no**';
      return `${place === 0 ? first : '| | '}| ${worded(figure)} | ${is === '=' ? '' : `${is} `}${grouped(value)} | ${shown({ figures }, goal)} | ${verdict} | ${place === 0 ? took : ''} |`;
    }),
    ...besides.map(([figure, value]) => `| | | ${worded(figure)} | | ${grouped(value)} | | |`),
  ].join('\n');
}

const shown = ({ figures }: Pick<Result, 'figures'>, [figure]: Goal): string =>
  figures[figure] === undefined ? 'not measured' : grouped(figures[figure]);
const worded = (figure: string) => figure.replaceAll('_', ' ');
const grouped = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 3 });
const duration = (seconds: number) => (seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);
