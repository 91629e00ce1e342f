import { type Config, ConfigError, loadConfig, loadDotEnv } from '../config/config';
import { migrateDown, migrationStatus, underMigrationLock } from './migrate';
import { migrationScript } from './migration-script';
import { openServer, prepareDatabase } from './open-database';

const USAGE = `npm run migrate -- [up | up --dry-run | status | down --yes]
  up            apply what is pending (the default)
  up --dry-run  print the SQL of what is pending, as a script, and change nothing
  status        list what is applied and what is pending; exit code 1 unless that is all and nothing more
  down --yes    revert the migration applied last, with all that its tables hold`;

const EX_USAGE = 64;

type Verb = (url: string, config: Config) => Promise<number>;

/** What may stand after the command, and what it does; the exit code. */
const verbs: Record<string, Verb> = {
  up: async (url, config) => {
    await prepareDatabase(url, { ...config, MIGRATE_ON_START: true });
    return verbs.status(url, config);
  },
  'up --dry-run': (url, config) =>
    underMigrationLock(url, config, async (runner) => {
      process.stdout.write((await migrationScript(runner, config)) || '-- nothing is pending\n');
      return 0;
    }),
  status: (url, config) =>
    underMigrationLock(url, config, async (runner) => {
      const { applied, pending, unknown } = await migrationStatus(runner);
      const lines = { applied, pending, 'of a newer version': unknown };
      for (const [state, names] of Object.entries(lines)) for (const name of names) console.log(`${name} (${state})`);
      return pending.length + unknown.length === 0 ? 0 : 1;
    }),
  'down --yes': (url, config) =>
    underMigrationLock(url, config, async (runner) => {
      const reverted = await migrateDown(runner);
      console.log(reverted ? `Reverted migration ${reverted}` : 'There is no migration to revert');
      return 0;
    }),
};

async function main(args: string[]): Promise<number> {
  const verb = args.join(' ') || 'up';
  if (args[0] === '--help') {
    console.log(USAGE);
    return 0;
  }
  if (!Object.hasOwn(verbs, verb)) {
    console.error(USAGE);
    return EX_USAGE;
  }
  loadDotEnv();
  const config = loadConfig(process.env);
  const server = await openServer(config);
  process.once('exit', () => server.closeSync()); // also where Ctrl-C ends the command
  try {
    return await verbs[verb](server.url, config);
  } finally {
    await server.close();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  },
);
