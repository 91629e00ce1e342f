import { Client } from 'pg';
import { loadConfig } from '../../src/config/config';
import { citusPlan } from '../../src/database/citus/plan';

/** Makes a migrated database one of a Citus cluster of one node, its own, and runs the plan in it. Needs a superuser. */
export async function spreadOverCitus(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('CREATE EXTENSION citus');
    await client.query(`SELECT citus_set_coordinator_host('localhost', current_setting('port')::int)`);
    await client.query(
      `SELECT citus_set_node_property('localhost', current_setting('port')::int, 'shouldhaveshards', true)`,
    );
    await client.query('SET citus.shard_count = 4');
    await client.query('ALTER TABLE public.users DROP CONSTRAINT users_email_key');
    await client.query(citusPlan(loadConfig({})));
  } finally {
    await client.end();
  }
}
