import type { Diagnosis } from '../../src/doctor/doctor';
import { doctorCommand } from '../../src/doctor/doctor.command';
import type { Finding } from '../../src/doctor/finding';
import { runCommand } from './commands';

/** What `npm run doctor -- --json` says of a database, and its exit code. */
export async function examined(url: string, env: Record<string, string> = {}): Promise<Diagnosis & { code: number }> {
  const { code, out, err } = await runCommand(doctorCommand, ['--json'], { DATABASE_URL: url, ...env });
  expect(err).toBe('');
  return { code, ...(JSON.parse(out) as Diagnosis) };
}

export const wrong = ({ findings }: Diagnosis): Finding[] =>
  findings.filter(({ level }) => level === 'warning' || level === 'error');

export const proposals = ({ findings }: Diagnosis): Finding[] => findings.filter(({ index }) => index);
