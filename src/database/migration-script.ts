import type { QueryRunner } from 'typeorm';
import type { Config } from '../config/config';
import { recordInstallation } from './installation';
import { migrationStatus } from './migrate';

/**
 * The SQL of what is pending, as a script that psql runs: each migration in a transaction of its own, with its line in the table of those
 * that were applied. Empty where nothing is pending. Changes nothing: of a migration's up() only what it would run is kept.
 */
export async function migrationScript(runner: QueryRunner, { DATABASE_SCHEMA }: Config): Promise<string> {
  const { pending } = await migrationStatus(runner);
  if (pending.length === 0) return '';
  const parts = [
    `-- ${pending.length} pending: ${pending.join(', ')}`,
    `CREATE SCHEMA IF NOT EXISTS "${DATABASE_SCHEMA}";`,
    // a DROP must not fall through to a table of somebody else; nobody waits for long behind whoever waits for a table
    `SET search_path = "${DATABASE_SCHEMA}"; SET timezone = UTC; SET statement_timeout = 0; SET lock_timeout = '1s';`,
    'CREATE TABLE IF NOT EXISTS migrations (id serial NOT NULL, timestamp bigint NOT NULL, name varchar NOT NULL, CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id));',
  ];
  for (const name of pending) {
    const migration = runner.connection.migrations.find((one) => (one.name ?? one.constructor.name) === name)!;
    const statements: string[] = [];
    const recorder = {
      connection: runner.connection,
      query: (text: string, values: unknown[] = []) => {
        if (values.length > 0) throw new Error(`${name} has parameters: a script cannot show it`);
        statements.push(withSemicolon(text));
        return Promise.resolve([]);
      },
    };
    await migration.up(recorder as unknown as QueryRunner);
    const noted = `INSERT INTO migrations (timestamp, name) VALUES (${/\d{13}$/.exec(name)![0]}, '${name}');`;
    const script = [...statements, noted].join('\n');
    parts.push(`-- ${name}\n${migration.transaction === false ? script : `BEGIN;\n${script}\nCOMMIT;`}`);
  }
  return [...parts, withSemicolon(recordInstallation(DATABASE_SCHEMA).text)].join('\n\n') + '\n';
}

function withSemicolon(text: string): string {
  const trimmed = text.trim();
  return trimmed.endsWith(';') ? trimmed : `${trimmed};`;
}
