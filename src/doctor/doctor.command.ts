import { type Config, ConfigError, loadConfig, loadDotEnv } from '../config/config';
import { type DatabaseServer, openServer } from '../database/open-database';
import { connectReadOnly } from './connect-read-only';
import { type Diagnosis, examine } from './doctor';
import { inText } from './diagnosis-text';

const USAGE = `npm run doctor [-- --json]
  looks at the database of DATABASE_URL (or the embedded one) and says what is missing or wrong, and which indexes would help
  --json  as one JSON document; npm run -s keeps npm's own lines out of it
It changes nothing. The exit code is 0 where nothing keeps the service from working, else 1.`;

const EX_USAGE = 64;

/** Where the command speaks: the process's own streams, or a test's. */
export interface Terminal {
  out: NodeJS.WritableStream;
  err: NodeJS.WritableStream;
}

/** @returns the exit code: 0, 1 where the service cannot work or the database cannot be reached, 64 for wrong arguments */
export async function doctorCommand(args: string[], env: NodeJS.ProcessEnv, { out, err }: Terminal): Promise<number> {
  if (args[0] === '--help') {
    out.write(`${USAGE}\n`);
    return 0;
  }
  if (args.length > 1 || (args.length === 1 && args[0] !== '--json')) {
    err.write(`${USAGE}\n`);
    return EX_USAGE;
  }
  let server: DatabaseServer | undefined;
  const closeSync = () => server?.closeSync(); // also where Ctrl-C ends the command
  process.once('exit', closeSync);
  try {
    const config = loadConfig(env);
    server = await openServer(config);
    const diagnosis = await diagnose(server, config);
    out.write(args.length > 0 ? `${JSON.stringify(diagnosis, null, 2)}\n` : inText(diagnosis));
    return diagnosis.summary.error > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    err.write(`${error.message}\n`);
    return 1;
  } finally {
    await server?.close();
    process.off('exit', closeSync);
  }
}

async function diagnose(server: DatabaseServer, config: Config): Promise<Diagnosis> {
  const database = await connectReadOnly(server.url, config);
  try {
    return await examine(database.createQueryRunner(), config, server.embedded);
  } finally {
    await database.destroy();
  }
}

if (require.main === module) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  loadDotEnv();
  doctorCommand(process.argv.slice(2), process.env, { out: process.stdout, err: process.stderr }).then(
    (code) => void (process.exitCode = code),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
