import type { Goal } from './stages';

/** What a stage's output says in numbers; a list counts as how many it has. */
export type Figures = Record<string, number>;

/**
 * Out of lines of JSON, as fault runs, the fuzzer and the soak test print one for each run, added up where there are several; and out of
 * Jest's summary. A line may be behind a progress that was drawn over itself.
 */
export function figuresOf(output: string): Figures {
  const figures: Figures = {};
  const runs = output.split(/[\r\n]+/).flatMap(asObject);
  for (const run of runs)
    for (const [name, value] of Object.entries(run)) {
      const number = Array.isArray(value) ? value.length : value;
      if (typeof number === 'number' && name !== 'seed') figures[name] = (figures[name] ?? 0) + number;
    }
  const mutants = runs.filter(({ mutant }) => mutant !== undefined);
  if (mutants.length > 0) {
    delete figures.found; // harm is what a mutant does
    Object.assign(figures, { mutants: mutants.length, not_caught: mutants.filter(({ caught }) => caught !== true).length });
  }
  const [, summary] = /^Tests: +(.*\d+ total)$/m.exec(output) ?? [];
  if (summary) {
    const counted = Object.fromEntries(
      [...summary.matchAll(/(\d+) (\w+)/g)].map(([, number, what]) => [what, Number(number)]),
    );
    Object.assign(figures, { passed: counted.passed ?? 0, failed: counted.failed ?? 0 });
  }
  return figures;
}

function asObject(line: string): Record<string, unknown>[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as Record<string, unknown>];
  } catch {
    return [];
  }
}

/** A figure that is missing is not what it must be. */
export function holds([figure, is, value]: Goal, figures: Figures): boolean {
  const measured = figures[figure];
  if (measured === undefined) return false;
  if (is === '>=') return measured >= value;
  if (is === '<=') return measured <= value;
  return is === '<' ? measured < value : measured === value;
}
