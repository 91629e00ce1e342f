import { row, sql } from '../../common/sql';
import { customerColumns } from '../../customers/customer-tables';
import type { Check } from '../finding';
import { createStatements } from '../indexes/create-index';
import { takenNames, withPartitions } from '../indexes/existing-indexes';
import { SMALL_BYTES } from './statistics.check';

const KEY = 'lower(email)';

/** Whether customers are found by their address, in whatever case, without reading all of them. */
export const checkAddresses: Check = async ({ database, config, relations }) => {
  const users = relations.find(({ name, kind }) => name === 'users' && ['table', 'partitioned table'].includes(kind));
  const columns = await customerColumns(database, config.CUSTOMERS_SCHEMA);
  if (!users || users.bytes <= SMALL_BYTES || !columns.some(({ name, readable }) => name === 'users.email' && readable))
    return [];
  const subject = `${users.schema}.users (${KEY})`;
  const { there } = await row<{ there: string | null }>(
    database,
    sql`SELECT min(ic.relname) AS there
          FROM pg_index i
          JOIN pg_class ic ON ic.oid = i.indexrelid
          JOIN pg_class c ON c.oid = i.indrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ${users.schema} AND c.relname = ${users.name} AND i.indisvalid AND i.indisready AND i.indpred IS NULL
           AND pg_get_indexdef(i.indexrelid, 1, true) ~ '^lower\\(\\(?email\\)?(::text)?\\)$'`,
  );
  if (there !== null) return [{ id: 'index', level: 'ok', subject, message: `${there} serves suppressions by address` }];
  const table = await withPartitions(database, users);
  const index = { method: 'btree', keys: [KEY], include: [], opclass: '' } as const;
  return [
    {
      id: 'index-missing',
      level: 'info',
      subject,
      message: 'an index would serve suppressions by address: whoever suppresses one reads the whole table',
      remedy: createStatements(table, index, await takenNames(database, table)).join('\n'),
    },
  ];
};
