import { type Queryable, raw, row, sql } from '../common/sql';
import type { Config } from '../config/config';
import { customerTablesAreOurs } from '../customers/customer-tables';
import { loadDemoData } from '../customers/demo-data';
import type { DatabaseServer } from '../database/open-database';

const CUSTOMERS_BY_DEFAULT = 2000;

/**
 * Loads made-up customers as DEMO_DATA says, into empty tables that this service made itself and never into any other. To be
 * called by one process at a time.
 */
export async function loadDemoCustomers(
  database: Queryable,
  server: DatabaseServer,
  config: Config,
  report: (line: string) => void,
): Promise<void> {
  const customers = wanted(config.DEMO_DATA, server.embedded);
  if (customers === 0) return;
  if (!(await customerTablesAreOurs(database, config.CUSTOMERS_SCHEMA))) {
    report('DEMO_DATA is left out: users and purchase_history belong to others');
    return;
  }
  const users = raw(`"${config.CUSTOMERS_SCHEMA}".users`);
  const { empty } = await row<{ empty: boolean }>(database, sql`SELECT NOT EXISTS (SELECT 1 FROM ${users}) AS empty`);
  if (!empty) return;
  report(`Making up ${customers} customers and their purchases (DEMO_DATA=off leaves them out)`);
  await loadDemoData(server.url, config.CUSTOMERS_SCHEMA, { customers });
}

function wanted(setting: Config['DEMO_DATA'], embedded: boolean): number {
  if (setting === 'off') return 0;
  if (setting === 'auto') return embedded ? CUSTOMERS_BY_DEFAULT : 0;
  return setting;
}
