import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Terminal } from '../../src/common/progress-bar';

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

type Command = (args: string[], env: NodeJS.ProcessEnv, terminal: Terminal) => Promise<number>;

/** Runs a command in this process and gives its exit code and what it said. */
export async function runCommand(command: Command, args: string[], env: NodeJS.ProcessEnv, tty = false): Promise<Outcome> {
  const out = Object.assign(new PassThrough(), { isTTY: tty });
  const err = new PassThrough();
  const said = { out: '', err: '' };
  out.on('data', (chunk) => (said.out += String(chunk)));
  err.on('data', (chunk) => (said.err += String(chunk)));
  const code = await command(args, env, { out, err });
  return { code, ...said };
}

/** A directory for the files of one test. */
export class Files {
  readonly dir = mkdtempSync(join(tmpdir(), 'crm-test-'));

  write(name: string, content: string | Buffer): string {
    const path = join(this.dir, name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}

/** A uuid that can be told by its number. */
export const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const PURCHASE_HEADER = 'id,user_id,ticket_id,purchase_date,store_name,total_amount';

/** A record of purchases: of customer 1, 9.50 in Old Town. */
export const purchase = (n: number, rest = '2026-01-02T03:04:05Z,Old Town,9.50'): string =>
  `${id(n)},${id(1)},${id(n)},${rest}`;

/** Arguments of an import of these records. */
export const users = (files: Files, ...records: string[]): string[] => [
  '--users',
  files.write('users.csv', ['id,email', ...records, ''].join('\n')),
];
export const purchases = (files: Files, ...records: string[]): string[] => [
  '--purchases',
  files.write('purchases.csv', [PURCHASE_HEADER, ...records, ''].join('\n')),
];
