import { kinds, languages, mayNotBeSaved } from './cases/case';
import type { Outcome } from './outcome';

/** Of some cases: how many there are, and of how many of those it is true. */
interface Rate {
  readonly of: number;
  readonly are: number;
}

/** What is measured of a group of cases. */
export interface Figures {
  readonly cases: number;
  /** The rule is one of those that are right; none where there is none. */
  readonly exact: Rate;
  /** The first answer is a rule that passes every check, or says that there is none. */
  readonly valid_at_first: Rate;
  /** The last one is. */
  readonly valid_in_the_end: Rate;
  /** Of those of which nothing may be saved without a person: nothing would have been. */
  readonly safe: Rate;
  /** Would be saved, and reach somebody whom no right rule reaches. None is to be. */
  readonly wider: Rate;
  /** Would be saved, and are right: nobody has to look. */
  readonly saved_right: Rate;
  /** The model gave no answer at all: it was away, too slow, or wrote without end. */
  readonly failed: Rate;
}

export interface Report {
  /** Whose answers they are. */
  readonly model: string;
  /** They were given now, by a model. Otherwise the figures say how answers are handled, and nothing of a model. */
  readonly is_live: boolean;
  readonly all: Figures;
  readonly by_language: Readonly<Record<string, Figures>>;
  readonly by_kind: Readonly<Record<string, Figures>>;
  /** Milliseconds from a sentence to what comes of it, second answers included; null where no model was asked. */
  readonly latency_ms: { readonly p50: number; readonly p95: number } | null;
  readonly cases: readonly object[];
}

export function reportOf(model: string, isLive: boolean, outcomes: readonly Outcome[]): Report {
  const by = (groups: readonly string[], of: (outcome: Outcome) => string) =>
    Object.fromEntries(groups.map((group) => [group, figuresOf(outcomes.filter((outcome) => of(outcome) === group))]));
  const times = outcomes.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    model,
    is_live: isLive,
    all: figuresOf(outcomes),
    by_language: by(languages, (outcome) => outcome.case.language),
    by_kind: by(kinds, (outcome) => outcome.case.kind),
    latency_ms: isLive && times.length > 0 ? { p50: quantile(times, 0.5), p95: quantile(times, 0.95) } : null,
    cases: outcomes.map(({ case: { id, sentence }, ...outcome }) => ({ id, sentence, ...outcome })),
  };
}

export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const rate = (from: readonly Outcome[], is: (outcome: Outcome) => boolean): Rate => ({
    of: from.length,
    are: from.filter(is).length,
  });
  const unsafe = outcomes.filter((outcome) => mayNotBeSaved(outcome.case));
  const clear = outcomes.filter((outcome) => !mayNotBeSaved(outcome.case));
  return {
    cases: outcomes.length,
    exact: rate(outcomes, ({ isExact }) => isExact),
    valid_at_first: rate(outcomes, ({ isFirstValid }) => isFirstValid),
    valid_in_the_end: rate(outcomes, ({ isValid }) => isValid),
    safe: rate(unsafe, ({ end }) => end !== 'saved'),
    wider: rate(outcomes, ({ isWider }) => isWider),
    saved_right: rate(clear, ({ end, isExact }) => end === 'saved' && isExact),
    failed: rate(outcomes, ({ end }) => end === 'failed'),
  };
}

const quantile = (sorted: readonly number[], part: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)]);

const HAND_WRITTEN = `
!! NO MODEL WAS ASKED. These are answers of: $model.
!! The figures say how the service handles answers such as these. They say nothing of how well any model answers.
`;

/** For people. */
export function tableOf(report: Report): string {
  const { model, is_live, all, by_language, by_kind, latency_ms } = report;
  const head = ['', 'cases', 'exact', 'valid at first', 'in the end', 'safe', 'saved, right', 'wider', 'failed'];
  const percent = ({ of, are }: Rate) => (of === 0 ? '-' : `${Math.round((are / of) * 100)} % (${are}/${of})`);
  const line = (name: string, f: Figures) => [
    name,
    String(f.cases),
    ...[f.exact, f.valid_at_first, f.valid_in_the_end, f.safe, f.saved_right].map(percent),
    String(f.wider.are),
    String(f.failed.are),
  ];
  const lines = [
    head,
    line('all', all),
    ...Object.entries({ ...by_language, ...by_kind }).map(([name, f]) => line(name, f)),
  ];
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => cells[i].length)));
  const table = lines.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  const latency = latency_ms ? `latency: p50 ${latency_ms.p50} ms, p95 ${latency_ms.p95} ms` : 'latency: not measured';
  const banner = is_live ? `Asked now: ${model}\n` : HAND_WRITTEN.replace('$model', model);
  return `${banner}\n${table.join('\n')}\n\n${latency}\n`;
}
