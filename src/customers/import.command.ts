import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Progress, progressBar, type Terminal } from '../common/progress-bar';
import { loadDotEnv } from '../config/config';
import { type CsvSource, csvFile, importCsv } from './csv-import';
import { runLoad } from './load-command';

const USAGE = `npm run import -- [--users FILE] [--purchases FILE] [--shift-to now] [--i-own-these-tables]
  --users FILE          customers: CSV in UTF-8 whose first line names the columns; unpacked where the name ends in .gz
  --purchases FILE      purchases, the same way
  --shift-to now        move every instant by the same interval, so that the newest purchase of the file is now
  --i-own-these-tables  write into users and purchase_history even where this service has not made them
Rows whose id is there already are replaced. All of it goes in, or nothing.`;

const EX_USAGE = 2;

interface Arguments {
  users?: string;
  purchases?: string;
  shiftToNow: boolean;
  iOwnTheseTables: boolean;
  help: boolean;
}

/** @returns the exit code: 0 done, 1 refused with one line and nothing changed, 2 wrong arguments */
export async function importCommand(args: string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  let wanted: Arguments;
  try {
    wanted = readArguments(args);
  } catch (error) {
    terminal.err.write(`${(error as Error).message}\n\n${USAGE}\n`);
    return EX_USAGE;
  }
  if (wanted.help) {
    terminal.out.write(`${USAGE}\n`);
    return 0;
  }
  const bars: Progress[] = [];
  const open = (path?: string): CsvSource | undefined => {
    if (path === undefined) return undefined;
    const bar = progressBar(terminal, path, statSync(path).size);
    bars.push(bar);
    return csvFile(path, (bytes) => bar.advance(bytes));
  };
  return runLoad(env, terminal, {
    verb: 'Imported',
    load: async (url, config, signal) => {
      const files = { users: open(wanted.users), purchases: open(wanted.purchases) };
      const onMerge = ({ name }: CsvSource) => terminal.out.isTTY && terminal.out.write(`Writing ${name}\n`);
      try {
        return await importCsv(url, config.CUSTOMERS_SCHEMA, files, { ...wanted, signal, onMerge });
      } finally {
        for (const bar of bars) bar.stop();
      }
    },
  });
}

function readArguments(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string' },
      purchases: { type: 'string' },
      'shift-to': { type: 'string' },
      'i-own-these-tables': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const shiftTo = values['shift-to'];
  if (shiftTo !== undefined && shiftTo !== 'now') throw new Error('--shift-to takes only: now');
  if (shiftTo && !values.purchases) throw new Error('--shift-to needs --purchases: the newest purchase says how far');
  if (!values.users && !values.purchases && !values.help) throw new Error('Name a file: --users, --purchases or both');
  return {
    users: values.users,
    purchases: values.purchases,
    shiftToNow: shiftTo === 'now',
    iOwnTheseTables: values['i-own-these-tables'],
    help: values.help,
  };
}

if (require.main === module) {
  loadDotEnv();
  void importCommand(process.argv.slice(2), process.env, { out: process.stdout, err: process.stderr }).then((code) => {
    process.exitCode = code;
  });
}
