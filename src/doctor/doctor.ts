import type { QueryRunner } from 'typeorm';
import type { Config } from '../config/config';
import { row, sql } from '../common/sql';
import { checkAddresses } from './checks/addresses.check';
import { checkColumns } from './checks/columns.check';
import { checkConnections } from './checks/connections.check';
import { customerRelations } from './customer-relations';
import type { Check, Finding, Level, Patient } from './finding';
import { levels } from './finding';
import { checkIndexes } from './checks/indexes.check';
import { checkRelations } from './checks/relations.check';
import { checkReplica } from './checks/replica.check';
import { checkSchema } from './checks/schema.check';
import { checkServer } from './checks/server.check';
import { checkStatistics } from './checks/statistics.check';

/** What `npm run doctor` says. The names are the contract of `--json`; it grows by fields, and `format` changes with anything else. */
export interface Diagnosis {
  format: 1;
  /** The database's clock. */
  checked_at: string;
  database: { name: string; role: string; customers_schema: string; schema: string; embedded: boolean };
  summary: Record<Level, number>;
  findings: Finding[];
}

const checks: Record<string, Check> = {
  server: checkServer,
  replica: checkReplica,
  connections: checkConnections,
  tables: checkRelations,
  columns: checkColumns,
  schema: checkSchema,
  statistics: checkStatistics,
  indexes: checkIndexes,
  addresses: checkAddresses,
};

/**
 * Makes every check. One that fails is a finding of its own, and the others go on.
 * @param timeIsOver after it no check is begun; each that was not is a finding, too
 */
export async function examine(
  database: QueryRunner,
  config: Config,
  embedded: boolean,
  timeIsOver?: AbortSignal,
): Promise<Diagnosis> {
  const { at, ...about } = await row<{ at: Date; name: string; role: string }>(
    database,
    sql`SELECT now() AS at, current_database() AS name, current_user AS role`,
  );
  const patient: Patient = {
    database,
    config,
    embedded,
    relations: await customerRelations(database, config.CUSTOMERS_SCHEMA),
  };
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) {
    const made = timeIsOver?.aborted ? Promise.reject(new Error('the time was over')) : check(patient);
    findings.push(...(await made.catch(failed(name))));
  }
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return {
    format: 1,
    checked_at: at.toISOString(),
    database: { ...about, customers_schema: config.CUSTOMERS_SCHEMA, schema: config.DATABASE_SCHEMA, embedded },
    summary: Object.fromEntries(levels.map((level) => [level, count(level)])) as Record<Level, number>,
    findings,
  };
}

const failed =
  (name: string) =>
  (error: Error): Finding[] => [
    { id: 'check-failed', level: 'error', subject: name, message: `could not be looked at: ${error.message}` },
  ];
