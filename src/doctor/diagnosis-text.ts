import type { Diagnosis } from './doctor';
import type { Finding, Level } from './finding';

/** For people: what is well in a line each, what is not with what would help. */
export function inText({ database, summary, findings }: Diagnosis): string {
  const { name, role, customers_schema, schema, embedded } = database;
  const title = `Database ${name}${embedded ? ' (embedded)' : ''}, as ${role}: customers in ${customers_schema}, our tables in ${schema}`;
  const counts = (['error', 'warning', 'info'] as const).map((level) => `${summary[level]} ${level}`).join(', ');
  const verdict = summary.error > 0 ? 'The service cannot work here' : 'The service can work here';
  return `${title}\n\n${findings.map(paragraph).join('\n')}\n\n${verdict}: ${counts}. Nothing was changed.\n`;
}

const labels: Record<Level, string> = { ok: 'ok     ', info: 'info   ', warning: 'WARNING', error: 'ERROR  ' };
const INDENT = ' '.repeat(9);

function paragraph({ level, subject, message, remedy }: Finding): string {
  const line = `${labels[level]}  ${subject}: ${message}`;
  return remedy ? [line, ...remedy.split('\n').map((each) => `${INDENT}${each}`)].join('\n') : line;
}
