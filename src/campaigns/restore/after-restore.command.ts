import { parseArgs } from 'node:util';
import { type Config, ConfigError, loadConfig, loadDotEnv } from '../../config/config';
import { underMigrationLock } from '../../database/migrate';
import { openServer } from '../../database/open-database';
import { afterRestore, type Outcome, type Wanted } from './after-restore';

const USAGE = `npm run after-restore [-- --sent FILE | --nothing-was-sent-since]
  pauses every dispatch that still has something to send and passes over what schedules have due, so that the service can be started
  on tables that were restored to an older moment. Dispatches are resumed or cancelled one by one, by whoever knows what went out.
  --sent FILE               records as sent what the file names, an id of a notification a line; also later, when the service runs again
  --nothing-was-sent-since  the service was stopped before the dump was taken, and has not run since: nothing has to be held back`;

const EX_USAGE = 64;

function readArguments(args: string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { sent: { type: 'string' }, 'nothing-was-sent-since': { type: 'boolean', default: false } },
    });
    const nothingWasSentSince = values['nothing-was-sent-since'];
    return values.sent !== undefined && nothingWasSentSince ? undefined : { sent: values.sent, nothingWasSentSince };
  } catch {
    return undefined;
  }
}

function say({ held, schedules, sent }: Outcome, { sent: file }: Wanted): string[] {
  const lost = [...sent.lost].map(([id, count]) => `  dispatch ${id}: ${count} notifications`);
  return [
    ...(file ? [`Recorded as sent: ${sent.recorded}. Settled before: ${sent.known}.`] : []),
    ...(lost.length > 0 ? ['Not in the dump: to run their campaigns again reaches the same customers again.', ...lost] : []),
    ...(held ? [`Paused: ${held.length} dispatches. Schedules that had something due: ${schedules}, passed over.`] : []),
    ...(held ?? []).map(
      ({ id, name }) => `  dispatch ${id} of ${name}: resume it if nothing of it was sent, else cancel it`,
    ),
  ];
}

async function main(args: string[]): Promise<number> {
  if (args[0] === '--help') {
    console.log(USAGE);
    return 0;
  }
  const wanted = readArguments(args);
  if (!wanted) {
    console.error(USAGE);
    return EX_USAGE;
  }
  loadDotEnv();
  const config: Config = loadConfig(process.env);
  const server = await openServer(config);
  process.once('exit', () => server.closeSync()); // also where Ctrl-C ends the command
  try {
    const report = (line: string) => console.error(line);
    const outcome = await underMigrationLock(
      server.url,
      config,
      (runner) => afterRestore(runner, config, wanted, report),
      report,
    );
    for (const line of [...say(outcome, wanted), 'The service can be started.']) console.log(line);
    return 0;
  } finally {
    await server.close();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    console.error(error instanceof ConfigError || code === 'ENOENT' ? (error as Error).message : error);
    process.exit(1);
  },
);
