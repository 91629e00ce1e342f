import type { Terminal } from '../common/progress-bar';
import type { Config } from '../config/config';
import { onDatabase } from '../database/on-database';
import type { Imported } from './csv-import';

export interface Load {
  /** What the command has done, as the closing line says it: `Imported`. */
  verb: string;
  load: (url: string, config: Config, signal: AbortSignal) => Promise<Imported>;
}

/**
 * Opens the database as the service does, loads, closes. Ctrl-C takes everything back.
 * @returns the exit code: 0, or 1 after one line on `err` that says what is wrong
 */
export const runLoad = (env: NodeJS.ProcessEnv, terminal: Terminal, { verb, load }: Load): Promise<number> =>
  onDatabase(env, terminal, async (url, config, signal) => {
    const startedAt = performance.now();
    const { customers, purchases, ofNobody } = await load(url, config, signal);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    terminal.out.write(`${verb} ${number(customers)} customers and ${number(purchases)} purchases in ${seconds} s.\n`);
    if (ofNobody > 0)
      terminal.err.write(
        `${number(ofNobody)} of the purchases are of customers that users does not have: they count in no segment until it does.\n`,
      );
    return 0;
  });

const number = (value: number): string => value.toLocaleString('en');
