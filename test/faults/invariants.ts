import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';

/** Something that must hold and does not. */
export interface Violation {
  name: string;
  rows: number;
  /** The first of them. */
  example: unknown;
}

/** The statements of a file of invariants. */
const statementsOf = (file: string) =>
  readFileSync(join(__dirname, file), 'utf8')
    .split(/^-- name: /m)
    .slice(1)
    .map((part) => ({ name: part.slice(0, part.indexOf('\n')), statement: part.slice(part.indexOf('\n')) }));

/** A killed process's transaction ends when the server has noticed: it looks every 2 s while a long statement runs. */
const LEFTOVERS_MS = 5000;
const PAUSE_MS = 100;

/** Everything that does not hold. What may be left over for a moment is given that moment. */
export async function violations(
  database: Pick<FreshDatabase, 'query'>,
  files: readonly string[] = ['invariants.sql'],
): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { name, statement } of files.flatMap(statementsOf)) {
    const giveUpAt = Date.now() + (name.startsWith('I8') ? LEFTOVERS_MS : 0);
    let rows = await database.query(statement);
    while (rows.length > 0 && Date.now() < giveUpAt) {
      await sleep(PAUSE_MS);
      rows = await database.query(statement);
    }
    found.push(...fault(name, rows));
  }
  return found;
}

export const fault = (name: string, found: readonly unknown[]): Violation[] =>
  found.length === 0 ? [] : [{ name, rows: found.length, example: found[0] }];
