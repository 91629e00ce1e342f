/* npm run test:faults -- dispatch|workers --kills N …, failover --promotions N: prints a line of JSON for each run; the exit code is 0 where all is well. */
import { parseArgs } from 'node:util';
import { type Builds, takeBuild } from './build';
import { dispatchFaults } from './dispatch';
import { failoverFaults, failoverMutantNames } from './failover';
import type { Violation } from './invariants';
import { mutantNames } from './mutants';
import { openServer } from './server';
import { workerMutantNames } from './worker-mutants';
import { workerFaults } from './workers';

const USAGE = `npm run test:faults -- dispatch --kills N [--seed S] [--mutant NAME]
  NAME: all, ${mutantNames.join(', ')}
npm run test:faults -- workers --kills N [--pauses N] [--seed S] [--mutant NAME]
  NAME: all, ${workerMutantNames.join(', ')}
npm run test:faults -- failover --promotions N [--seed S] [--mutant NAME]
  NAME: all, ${failoverMutantNames.join(', ')}`;

/** Of `kills`, so many workers are stopped as well where nothing is said. */
const PAUSES = 0.3;

interface Wanted {
  builds: Builds;
  kills: number;
  pauses: number;
  promotions: number;
  seed: number;
  crash?: () => void;
}

/** What every run tells. */
interface Outcome {
  seed: number;
  mutant?: string;
  caught?: boolean;
  found: Violation[];
}

interface Faults {
  mutants: readonly string[];
  run(wanted: Wanted, mutant: string | undefined): Promise<Outcome>;
  allIsWell: string;
}

const named = <Name extends string>(names: readonly Name[], wanted: string | undefined) =>
  names.find((name) => name === wanted);

const faults: Readonly<Record<string, Faults>> = {
  dispatch: {
    mutants: mutantNames,
    run: (wanted, mutant) => dispatchFaults({ ...wanted, mutant: named(mutantNames, mutant) }),
    allIsWell: 'nothing lost, nothing twice, nothing wrongly called dispatched',
  },
  workers: {
    mutants: workerMutantNames,
    run: (wanted, mutant) => workerFaults({ ...wanted, mutant: named(workerMutantNames, mutant) }),
    allIsWell: 'nothing lost, nothing settled twice, no innocent given up',
  },
  failover: {
    mutants: failoverMutantNames,
    run: (wanted, mutant) => failoverFaults({ ...wanted, mutant: named(failoverMutantNames, mutant) }),
    allIsWell: 'nothing lost that was acknowledged, nobody notified twice',
  },
};

async function main(): Promise<boolean> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kills: text, pauses: text, promotions: text, seed: text, mutant: text },
  });
  const kills = Number(values.kills ?? 100);
  const pauses = Number(values.pauses ?? Math.round(kills * PAUSES));
  const promotions = Number(values.promotions ?? 1);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
  const asked = positionals.length === 1 ? faults[positionals[0]] : undefined;
  const runs =
    values.mutant === undefined
      ? [undefined]
      : asked?.mutants.filter((name) => values.mutant === 'all' || values.mutant === name);
  if (
    !asked ||
    !runs?.length ||
    !(kills > 0) ||
    !(pauses >= 0) ||
    !(promotions > 0) ||
    !Number.isInteger(kills + pauses + promotions + seed)
  ) {
    console.error(USAGE);
    process.exit(64);
  }
  const builds = takeBuild();
  const server = await openServer();
  if (!server.crash) console.error('SKIPPED: crashes of the server. DATABASE_URL names one that is not ours to kill.');
  try {
    let isWell = true;
    for (const mutant of runs) {
      const outcome = await asked.run({ builds, kills, pauses, promotions, seed, crash: server.crash }, mutant);
      isWell = report(outcome, asked.allIsWell) && isWell;
    }
    return isWell;
  } finally {
    await server.close();
    builds.remove();
  }
}

/** @returns whether it came out as it must: a mutant is caught, and the service has no fault. */
function report(outcome: Outcome, allIsWell: string): boolean {
  console.log(JSON.stringify(outcome));
  const { mutant, caught, found, seed } = outcome;
  for (const { name, rows, example } of found) console.error(`  ${name}: ${rows}, such as ${JSON.stringify(example)}`);
  const isWell = mutant ? caught === true : found.length === 0;
  if (mutant) console.error(isWell ? `caught: ${mutant}` : `NOT CAUGHT: ${mutant} (--seed ${seed})`);
  else console.error(isWell ? allIsWell : `FAILED (--seed ${seed})`);
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
