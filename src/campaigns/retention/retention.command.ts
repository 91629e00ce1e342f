import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadDotEnv } from '../../config/config';
import { requireMigrated, underMigrationLock } from '../../database/migrate';
import { openServer } from '../../database/open-database';
import type { Wanted } from './judge';
import { retention } from './retention';

const USAGE = `npm run retention [-- --older-than-days N] [--new-volume-after-days N] [--apply [--keep]]
  lists the volumes of notifications, and which of them may go. Changes nothing without --apply.
  --older-than-days N        volumes go of which every dispatch has been over for N days, 2 at least
  --new-volume-after-days N  a new volume is begun when the first dispatch of the current one is older (30)
  --apply                    does it: archives their dispatches, detaches and drops them; makes the volumes ahead
  --keep                     does not drop what it detaches: it stays as a table kept_notifications_volume_N`;

const EX_USAGE = 64;
const DAYS = /^[1-9]\d{0,4}$/;

function readArguments(args: string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        'older-than-days': { type: 'string' },
        'new-volume-after-days': { type: 'string', default: '30' },
        apply: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
      },
    });
    const { 'older-than-days': older = '2', 'new-volume-after-days': newAfter, apply, keep } = values;
    // the figures of the last 24 hours are read from the notifications
    if (!DAYS.test(older) || Number(older) < 2 || !DAYS.test(newAfter) || (keep && !apply)) return undefined;
    const olderThanDays = values['older-than-days'] === undefined ? undefined : Number(older);
    return { olderThanDays, newVolumeAfterDays: Number(newAfter), apply, keep };
  } catch {
    return undefined;
  }
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
  const config = loadConfig(process.env);
  const server = await openServer(config);
  process.once('exit', () => server.closeSync()); // also where Ctrl-C ends the command
  try {
    const report = (text: string) => console.error(text);
    await underMigrationLock(server.url, config, (runner) => requireMigrated(runner, config, report), report);
    await retention(server.url, config, wanted, console.log, report);
    return 0;
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
