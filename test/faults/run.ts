/* npm run test:faults -- dispatch --kills N [--seed S] [--mutant NAME|all]: prints a line of JSON for each run; the exit code is 0 where all is well. */
import { parseArgs } from 'node:util';
import { takeBuild } from './build';
import { dispatchFaults, type Outcome } from './dispatch';
import { mutantNames } from './mutants';
import { openServer } from './server';

const USAGE = `npm run test:faults -- dispatch --kills N [--seed S] [--mutant NAME]
  NAME: all, ${mutantNames.join(', ')}`;

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kills: { type: 'string' }, seed: { type: 'string' }, mutant: { type: 'string' } },
  });
  const kills = Number(values.kills ?? 100);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
  const runs =
    values.mutant === undefined
      ? [undefined]
      : mutantNames.filter((name) => values.mutant === 'all' || values.mutant === name);
  if (positionals.join() !== 'dispatch' || runs.length === 0 || !(kills > 0) || !Number.isInteger(kills + seed)) {
    console.error(USAGE);
    process.exit(64);
  }
  const builds = takeBuild();
  const server = await openServer();
  if (!server.crash) console.error('SKIPPED: crashes of the server. DATABASE_URL names one that is not ours to kill.');
  try {
    let isWell = true;
    for (const mutant of runs)
      isWell = report(await dispatchFaults({ builds, kills, seed, mutant, crash: server.crash })) && isWell;
    return isWell;
  } finally {
    await server.close();
    builds.remove();
  }
}

/** @returns whether it came out as it must: a mutant is caught, and the service has no fault. */
function report(outcome: Outcome): boolean {
  console.log(JSON.stringify(outcome));
  const { mutant, caught, found, seed } = outcome;
  for (const { name, rows, example } of found) console.error(`  ${name}: ${rows}, such as ${JSON.stringify(example)}`);
  const isWell = mutant ? caught === true : found.length === 0;
  if (mutant) console.error(isWell ? `caught: ${mutant}` : `NOT CAUGHT: ${mutant} (--seed ${seed})`);
  else console.error(isWell ? 'nothing lost, nothing twice, nothing wrongly called dispatched' : `FAILED (--seed ${seed})`);
  return isWell;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
main().then(
  (isWell) => process.exit(isWell ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
