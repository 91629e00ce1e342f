import { escapeIdentifier } from 'pg';
import { row, sql } from '../../common/sql';
import { installationOf } from '../../database/installation';
import { isUsable, migrationStatus } from '../../database/migrate';
import type { Check } from '../finding';

/** Whether our own schema is there and up to date, or can be made so by the next start; and whether a dispatch can be resolved. */
export const checkSchema: Check = async (patient) => [...(await schema(patient)), ...(await temporaryTables(patient))];

const schema: Check = async ({ database, config }) => {
  const subject = config.DATABASE_SCHEMA;
  const { exists, ours, mayCreateSchema, role } = await row<
    Record<'exists' | 'ours' | 'mayCreateSchema', boolean> & { role: string }
  >(
    database,
    sql`SELECT n.oid IS NOT NULL AS exists, coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE'), false) AS ours,
               has_database_privilege(current_database(), 'CREATE') AS "mayCreateSchema", current_user AS role
          FROM (VALUES (1)) one LEFT JOIN pg_namespace n ON n.nspname = ${subject}`,
  );
  if (!exists && !mayCreateSchema)
    return [
      {
        id: 'schema-missing',
        level: 'error',
        subject,
        message: 'is missing, and our role may not create it',
        remedy: `CREATE SCHEMA ${subject} AUTHORIZATION ${escapeIdentifier(role)};`,
      },
    ];
  if (exists && !ours)
    return [
      {
        id: 'schema-not-ours',
        level: 'error',
        subject,
        message: 'is there, but our role may not use it and create tables in it',
        remedy: `GRANT USAGE, CREATE ON SCHEMA ${subject} TO ${escapeIdentifier(role)};`,
      },
    ];
  const status = await migrationStatus(database);
  const { applied, pending, unknown } = status;
  const installation = await installationOf(database, subject);
  if (installation?.isRestored)
    return [
      {
        id: 'schema-restored',
        level: 'error',
        subject,
        message: 'was restored from a dump: what was sent since it was taken would be sent again',
        remedy: 'npm run after-restore',
      },
    ];
  if (!isUsable(status, installation?.usableFrom))
    return [
      {
        id: 'schema-newer',
        level: 'error',
        subject,
        message: `was migrated by a newer version of this service: ${unknown.join(', ')}`,
        remedy: 'Run that version, or revert with its npm run migrate -- down --yes',
      },
    ];
  if (pending.length > 0) {
    const message = `${exists ? 'lacks' : 'is missing, with'} ${pending.join(', ')}`;
    const behind = { id: 'schema-behind', subject, remedy: 'npm run migrate' };
    return config.MIGRATE_ON_START
      ? [{ ...behind, level: 'info', message: `${message}: applied when the service starts` }]
      : [{ ...behind, level: 'error', message }];
  }
  return [{ id: 'schema', level: 'ok', subject, message: `is up to date: ${applied.at(-1)}` }];
};

const temporaryTables: Check = async ({ database }) => {
  const { allowed, name, role } = await row<{ allowed: boolean; name: string; role: string }>(
    database,
    sql`SELECT has_database_privilege(current_database(), 'TEMPORARY') AS allowed, current_database() AS name, current_user AS role`,
  );
  if (allowed) return [];
  return [
    {
      id: 'no-temporary-tables',
      level: 'error',
      subject: name,
      message: 'does not let our role make temporary tables: no dispatch can resolve its audience',
      remedy: `GRANT TEMPORARY ON DATABASE ${escapeIdentifier(name)} TO ${escapeIdentifier(role)};`,
    },
  ];
};
