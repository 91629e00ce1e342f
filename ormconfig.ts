// The DataSource of the TypeORM CLI, for who writes migrations: npm run typeorm -- migration:show. To apply them there is npm run migrate.
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { loadConfig, loadDotEnv } from './src/config/config';
import { ensureSchema, underMigrationLock } from './src/database/migrate';
import { openServer } from './src/database/open-database';
import { databaseOptions } from './src/database/options';

async function create(): Promise<DataSource> {
  loadDotEnv();
  const config = loadConfig(process.env);
  const server = await openServer(config);
  process.once('exit', () => server.closeSync()); // the CLI ends with process.exit()
  await underMigrationLock(server.url, config, (runner) => ensureSchema(runner, config));
  return new DataSource(databaseOptions(server.url, config));
}

export default create();
