/* npm run test:faults -- dispatch|workers|replicas|failover …: prints a line of JSON for each run; the exit code is 0 where all is well. */
import { parseArgs } from 'node:util';
import { type Builds, takeBuild } from './build';
import { dispatchFaults } from './dispatch';
import { failoverFaults, failoverMutantNames } from './failover';
import type { Violation } from './invariants';
import { mutantNames } from './mutants';
import { replicaMutantNames } from './replica-mutants';
import { replicaFaults } from './replicas';
import { openServer } from './server';
import { workerMutantNames } from './worker-mutants';
import { workerFaults } from './workers';

const USAGE = `npm run test:faults -- dispatch --kills N [--seed S] [--mutant NAME]
  NAME: all, ${mutantNames.join(', ')}
npm run test:faults -- workers --kills N [--pauses N] [--seed S] [--mutant NAME]
  NAME: all, ${workerMutantNames.join(', ')}
npm run test:faults -- replicas [--restarts N] [--kills N] [--cuts N] [--terminations N] [--seed S] [--mutant NAME]
  NAME: all, ${replicaMutantNames.join(', ')}
npm run test:faults -- failover --promotions N [--seed S] [--mutant NAME]
  NAME: all, ${failoverMutantNames.join(', ')}`;

/** Of `kills`, so many workers are stopped as well where nothing is said. */
const PAUSES = 0.3;

/** What can be asked for in numbers. */
const countNames = ['kills', 'pauses', 'restarts', 'cuts', 'terminations', 'promotions'] as const;
type CountName = (typeof countNames)[number];

interface Wanted extends Record<CountName, number> {
  builds: Builds;
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
  /** What of it can be asked for, and how much there is where nothing is said. */
  counts: Partial<Record<CountName, number>>;
  run(wanted: Wanted, mutant: string | undefined): Promise<Outcome>;
  allIsWell: string;
}

const named = <Name extends string>(names: readonly Name[], wanted: string | undefined) =>
  names.find((name) => name === wanted);

const faults: Readonly<Record<string, Faults>> = {
  dispatch: {
    mutants: mutantNames,
    counts: { kills: 100 },
    run: (wanted, mutant) => dispatchFaults({ ...wanted, mutant: named(mutantNames, mutant) }),
    allIsWell: 'nothing lost, nothing twice, nothing wrongly called dispatched',
  },
  workers: {
    mutants: workerMutantNames,
    counts: { kills: 100, pauses: 30 },
    run: (wanted, mutant) => workerFaults({ ...wanted, mutant: named(workerMutantNames, mutant) }),
    allIsWell: 'nothing lost, nothing settled twice, no innocent given up',
  },
  failover: {
    mutants: failoverMutantNames,
    counts: { promotions: 1 },
    run: (wanted, mutant) => failoverFaults({ ...wanted, mutant: named(failoverMutantNames, mutant) }),
    allIsWell: 'nothing lost that was acknowledged, nobody notified twice',
  },
  replicas: {
    mutants: replicaMutantNames,
    counts: { restarts: 6, kills: 2, cuts: 2, terminations: 10 },
    run: (wanted, mutant) => replicaFaults({ ...wanted, mutant: named(replicaMutantNames, mutant) }),
    allIsWell: 'nobody noticed a restart; nothing lost, nothing twice, nobody answered what he should not be',
  },
};

async function main(): Promise<boolean> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(countNames.map((name) => [name, text] as const)),
      ...{ seed: text, mutant: text },
    },
  });
  const said = values as Partial<Record<CountName | 'seed' | 'mutant', string>>;
  const asked = positionals.length === 1 ? faults[positionals[0]] : undefined;
  const counts = countsOf(asked?.counts ?? {}, said);
  const seed = Number(said.seed ?? Math.floor(Math.random() * 2 ** 32));
  const runs =
    said.mutant === undefined ? [undefined] : asked?.mutants.filter((name) => said.mutant === 'all' || said.mutant === name);
  if (!asked || !runs?.length || !counts || !Number.isInteger(seed)) {
    console.error(USAGE);
    process.exit(64);
  }
  const builds = takeBuild();
  const server = await openServer();
  if (!server.crash) console.error('SKIPPED: crashes of the server. DATABASE_URL names one that is not ours to kill.');
  try {
    let isWell = true;
    for (const mutant of runs) {
      const outcome = await asked.run({ builds, ...counts, seed, crash: server.crash }, mutant);
      isWell = report(outcome, asked.allIsWell) && isWell;
    }
    return isWell;
  } finally {
    await server.close();
    builds.remove();
  }
}

/** Undefined where something is asked for that there is not, or nothing. */
function countsOf(usual: Faults['counts'], said: Partial<Record<CountName, string>>): Record<CountName, number> | undefined {
  const more =
    said.kills === undefined || usual.pauses === undefined ? {} : { pauses: Math.round(Number(said.kills) * PAUSES) };
  const counts = Object.fromEntries(
    countNames.map((name) => [name, Number(said[name] ?? { ...usual, ...more }[name] ?? 0)]),
  ) as Record<CountName, number>;
  const numbers = Object.values(counts);
  const isThere = countNames.every((name) => said[name] === undefined || usual[name] !== undefined);
  return isThere &&
    numbers.every((number) => Number.isInteger(number) && number >= 0) &&
    numbers.some((number) => number > 0)
    ? counts
    : undefined;
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
