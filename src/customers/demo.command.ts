import { parseArgs } from 'node:util';
import { progressBar, type Terminal } from '../common/progress-bar';
import { loadDotEnv } from '../config/config';
import { loadDemoData } from './demo-data';
import { runLoad } from './load-command';

const USAGE = `npm run demo -- [--customers N] [--seed N]
  --customers N  how many made-up customers, 1 to 9999999 (default 2000), each with about ten purchases in the last 24 months
  --seed N       another number gives other people (default 1); the same one, on the same day, the same rows
Customers that are there already are written again, so running it twice adds nothing.`;

const EX_USAGE = 2;

/** @returns the exit code: 0 done, 1 refused with one line and nothing changed, 2 wrong arguments */
export async function demoCommand(args: string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  let wanted: { customers: number; seed: number; help: boolean };
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
  const { customers, seed } = wanted;
  const bar = progressBar(terminal, 'customers, then purchases', 2 * customers);
  return runLoad(env, terminal, {
    verb: 'Made',
    load: (url, config, signal) =>
      loadDemoData(url, config.CUSTOMERS_SCHEMA, { customers, seed, signal, onMade: (made) => bar.advance(made) }).finally(
        () => bar.stop(),
      ),
  });
}

function readArguments(args: string[]): { customers: number; seed: number; help: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      customers: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (!/^[1-9]\d{0,6}$/.test(values.customers)) throw new Error('--customers must be a whole number from 1 to 9999999');
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error('--seed must be a whole number from 0 to 999999999');
  return { customers: Number(values.customers), seed: Number(values.seed), help: values.help };
}

if (require.main === module) {
  loadDotEnv();
  void demoCommand(process.argv.slice(2), process.env, { out: process.stdout, err: process.stderr }).then((code) => {
    process.exitCode = code;
  });
}
