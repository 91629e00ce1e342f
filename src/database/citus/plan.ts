import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Config } from '../../config/config';
import { type Distribution, distribution } from './distribution';

type Schemas = Pick<Config, 'DATABASE_SCHEMA' | 'CUSTOMERS_SCHEMA'>;
type Distributed = Extract<Distribution, { lies: 'customer' }>;

/**
 * The SQL that spreads an existing installation over Citus, as a script for psql on the coordinator: one transaction that is done whole or not
 * at all, and what can only follow it. Run again, it leaves alone what is distributed already.
 */
export function citusPlan(schemas: Schemas): string {
  const spread = distribution.filter((one): one is Distributed => one.lies === 'customer');
  const [first, ...others] = spread;
  return [
    INTRODUCTION,
    REQUIREMENTS,
    comment(
      '1. Keys. Citus checks a key within a shard, so every primary key and unique key of a distributed table must contain its distribution column.',
    ),
    keys(spread, schemas),
    comment(
      '2. Customers and what is theirs. Rows move to the workers; the shards of all of them are cut at the same hashes and lie together. A partitioned table is\ndistributed with its partitions.',
    ),
    distribute(first, undefined, schemas),
    ...others.map((one) => distribute(one, first, schemas)),
    comment(
      '3. Functions keep no generic plans: Citus has to see the values to know the shard, and refuses a plan without them.\nhttps://github.com/citusdata/citus/issues/7813',
    ),
    functions(schemas),
    'COMMIT;\n',
    comment('4. What stays on the coordinator, and why. Nothing is to be done.'),
    distribution
      .filter(({ lies }) => lies === 'coordinator')
      .map((one) => `--   ${name(one, schemas)}: ${one.why}`)
      .join('\n'),
    comment('5. The rows that were moved still take room on the coordinator. By hand, after a look at the counts:'),
    ...spread.map((one) => `--   SELECT truncate_local_data_after_distributing_table(${regclass(one, schemas)});`),
    ...spread.map((one) => `ANALYZE ${name(one, schemas)};`),
    '',
  ].join('\n');
}

const INTRODUCTION = `-- Spreads an installation of crm-service over Citus. Made by: npm run citus:plan. Read docs/scale.md first.
--
-- NOT TRIED on a Citus by those who wrote it, and not all of the service works there: docs/scale.md lists every statement that does not, claims among them.
-- For a copy, to try it on; not for production.
--
-- Before: a backup; every process of the service stopped; Citus 12 or newer in this database, its workers added, and the coordinator too
-- (citus_set_coordinator_host), so that its tables can be joined with distributed ones. As the owner of the tables:
--   psql -X -v ON_ERROR_STOP=1 "$OWNER_URL" -f plan.sql
-- After: COLUMN_INDEX=off, since rows on other nodes do not tell the coordinator which transaction wrote them. DATABASE_URL names the coordinator: what wakes
-- waiting workers (NOTIFY) is heard on the node where it was said.
BEGIN;
`;

const REQUIREMENTS = `DO $$
BEGIN
  IF to_regclass('pg_dist_partition') IS NULL THEN
    RAISE EXCEPTION 'There is no Citus in this database: CREATE EXTENSION citus';
  END IF;
  IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND starts_with(application_name, 'crm-service')
               AND application_name <> 'crm-service keeper') THEN
    RAISE EXCEPTION 'Processes of crm-service are connected to this database: stop them first';
  END IF;
END $$;
`;

/** Our primary keys have the column. Those of the customers' tables are extended; what else was unique there only its owner can give up. */
const keys = (spread: readonly Distributed[], schemas: Schemas): string => `DO $$
DECLARE
  key record;
BEGIN
  FOR key IN
    SELECT d.of_table, d.customer, i.indisprimary, i.indexrelid::regclass AS index, con.conname,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) AS columns
    FROM (VALUES
      ${spread.map((one) => `(${regclass(one, schemas)}, ${escapeLiteral(one.column)})`).join(',\n      ')}) AS d (of_table, customer)
    JOIN pg_index i ON i.indrelid = d.of_table AND i.indisunique
    LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u')
    WHERE (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = d.of_table AND a.attname = d.customer) <> ALL (i.indkey::smallint[])
  LOOP
    IF NOT key.indisprimary THEN
      RAISE EXCEPTION '% is unique by (%), which nothing can promise on Citus. Decide to do without it, and: %', key.of_table, key.columns,
        CASE WHEN key.conname IS NULL THEN format('DROP INDEX %s', key.index) ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', key.of_table, key.conname) END;
    END IF;
    -- two customers may then each have a row of the same id: these are random, and made elsewhere
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD PRIMARY KEY (%s, %I)', key.of_table, key.conname, key.columns, key.customer);
  END LOOP;
END $$;`;

const distribute = (one: Distributed, beside: Distributed | undefined, schemas: Schemas): string =>
  `-- ${one.why}\n` +
  `SELECT create_distributed_table(${regclass(one, schemas)}, ${escapeLiteral(one.column)}${beside ? `, colocate_with => ${escapeLiteral(name(beside, schemas))}` : ''})\n` +
  `WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = ${regclass(one, schemas)});`;

const functions = ({ DATABASE_SCHEMA }: Schemas): string => `DO $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT p.oid::regprocedure AS signature FROM pg_proc p
    WHERE p.pronamespace = ${escapeLiteral(escapeIdentifier(DATABASE_SCHEMA))}::regnamespace
      AND EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE starts_with(setting, 'plan_cache_mode='))
  LOOP
    EXECUTE format('ALTER FUNCTION %s RESET plan_cache_mode', one.signature);
  END LOOP;
END $$;`;

const schemaOf = ({ of }: Distribution, schemas: Schemas): string =>
  of === 'us' ? schemas.DATABASE_SCHEMA : schemas.CUSTOMERS_SCHEMA;
const name = (one: Distribution, schemas: Schemas): string =>
  `${escapeIdentifier(schemaOf(one, schemas))}.${escapeIdentifier(one.table)}`;
const regclass = (one: Distribution, schemas: Schemas): string => `${escapeLiteral(name(one, schemas))}::regclass`;
const comment = (text: string): string => `\n-- ${text.replaceAll('\n', '\n-- ')}`;
