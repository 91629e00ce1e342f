/* npm run bench -- NAME: runs one benchmark, prints its table and keeps the figures in bench/results/NAME.json */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const names = readdirSync(__dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const [name, ...rest] = process.argv.slice(2);

if (!name || !names.includes(name)) {
  console.error(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`);
  process.exit(64);
}
process.argv = [...process.argv.slice(0, 2), ...rest];
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the name is only known now
require(join(__dirname, `${name}.bench.ts`));
