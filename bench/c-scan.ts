import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Client } from 'pg';
import { raw, type Sql, sql } from '../src/common/sql';
import { activeMask, customerMasks } from './rules';
import { AS_OF } from './seed';
import type { SeededDatabase } from './seeded-database';

export interface CScan {
  /** Asks one line of bench/c-scan/scan.c. The milliseconds are the loops' own: no process, no pipe. */
  ask(question: string): Promise<{ total: number; byTime: number; byCustomer: number }>;
  close(): void;
}

/** Whole seconds are even; an instant with a fraction is the odd number after its second: windows of whole seconds stay exact in 32 bits. */
const HALF_SECONDS = sql`floor(extract(epoch FROM p.purchase_date))::bigint * 2 + (extract(epoch FROM p.purchase_date) % 1 > 0)::int`;
const CHUNK_DAYS = 10;
const EPOCH_HALF_SECONDS = 2 * (Date.parse('2010-01-01T00:00:00Z') / 1000);

/** Compiles the loop and gives it the columns. @returns undefined, having said so, where there is no C compiler. */
export async function startCScan(database: SeededDatabase): Promise<CScan | undefined> {
  const directory = await columns(database);
  const program = join(directory, 'scan');
  const built = spawnSync('cc', ['-O3', '-march=native', '-o', program, join(__dirname, 'c-scan', 'scan.c')], {
    encoding: 'utf8',
  });
  if (built.status !== 0) {
    console.log(`The C loop is left out: ${built.error ? 'there is no C compiler (cc)' : built.stderr}`);
    return undefined;
  }
  const now = 2 * (Date.parse(AS_OF) / 1000) - EPOCH_HALF_SECONDS;
  const child = spawn(program, [directory, String(now)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${question}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error('The C loop has ended');
      const [total, byTime, byCustomer] = answer.value.split(' ').map(Number);
      return { total, byTime, byCustomer };
    },
    close: () => void child.kill(),
  };
}

/** The columns as files, made once beside the database. Customers are numbered in the order of their ids, purchases stand in the order of time. */
async function columns(database: SeededDatabase): Promise<string> {
  const directory = join(database.directory, `columns_${database.label.replace('/', '_')}`);
  if (existsSync(directory)) return directory;
  console.log('Writing the columns for the C loop');
  const made = `${directory}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  const client = await database.connect();
  const append = (row: Record<string, Buffer>) => {
    for (const [name, bytes] of Object.entries(row))
      appendFileSync(join(made, name), name.endsWith('32') ? bytes.swap32() : bytes);
  };
  const flag = (condition: Sql) =>
    sql`string_agg(set_byte('\\x00', 0, coalesce(${condition}, false)::int), '' ORDER BY u.id)`;
  await client.query('CREATE TEMP TABLE numbered AS SELECT id, row_number() OVER (ORDER BY id)::int - 1 AS n FROM users');
  await client.query('ANALYZE numbered');
  append(await one(client, sql`SELECT ${flag(activeMask)} AS "active.u8" FROM users u`));
  for (const [i, condition] of customerMasks.entries())
    append(await one(client, sql`SELECT ${flag(condition)} AS ${raw(`"mask${i}.u8"`)} FROM users u`));
  for (let day = 0; day <= 740; day += CHUNK_DAYS)
    append(
      await one(
        client,
        sql`SELECT string_agg(int4send(at), '') AS "at.u32", string_agg(int4send(customer), '') AS "customer.u32",
                   string_agg(int4send(cents), '') AS "cents.i32",
                   string_agg(set_byte('\\x00', 0, store), '') AS "store.u8",
                   string_agg(set_byte('\\x00', 0, market), '') AS "market.u8"
              FROM (SELECT (${HALF_SECONDS} - ${EPOCH_HALF_SECONDS}::bigint)::int AS at, numbered.n AS customer,
                           (p.total_amount * 100)::int AS cents, right(p.store_name, 2)::int - 1 AS store,
                           CASE WHEN p.is_market_store THEN 1 WHEN NOT p.is_market_store THEN 0 ELSE 2 END AS market
                      FROM purchase_history p JOIN numbered ON numbered.id = p.user_id
                     WHERE p.purchase_date >= ${AS_OF}::timestamptz + make_interval(days => ${day - 735}::int)
                       AND p.purchase_date < ${AS_OF}::timestamptz + make_interval(days => ${day - 735 + CHUNK_DAYS}::int)
                     ORDER BY at, p.id) in_order HAVING count(*) > 0`,
      ),
    );
  await client.end();
  renameSync(made, directory);
  return directory;
}

/** The only row, or none. */
const one = async (client: Client, statement: Sql) => (await client.query<Record<string, Buffer>>(statement)).rows[0] ?? {};
