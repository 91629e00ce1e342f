import type { Schema } from '../../api/client';

type Finding = Schema<'FindingView'>;
type Level = Finding['level'];

const LEVELS: readonly Level[] = ['error', 'warning', 'info', 'ok'];

/** The findings of each level there are any of, the gravest first. */
export const byLevel = <F extends Pick<Finding, 'level'>>(findings: readonly F[]): { level: Level; findings: F[] }[] =>
  LEVELS.map((level) => ({ level, findings: findings.filter((finding) => finding.level === level) })).filter(
    (group) => group.findings.length > 0,
  );

/** Whether a remedy is something to be run, and not a sentence to be read: statements end in semicolons, commands begin with npm. */
export const isToRun = (remedy: string): boolean =>
  remedy.split('\n').every((line) => /;\s*$/.test(line) || /^npm run \S+$/.test(line));
