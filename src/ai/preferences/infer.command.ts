import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { isUUID } from 'class-validator';
import { AppModule } from '../../app.module';
import { Problem } from '../../common/problem';
import { type Progress, progressBar, type Terminal } from '../../common/progress-bar';
import { type Config, loadDotEnv } from '../../config/config';
import { onDatabase } from '../../database/on-database';
import { problemFromDatabase } from '../../database/pg-errors';
import { InferRun, type RunOptions, type RunOutcome } from './infer-run';

const USAGE = `npm run infer -- --segment ID [--limit N] [--rate N] [--again]
  --segment ID  whose customers: infers what each prefers from what they bought last, with the model of LLM_MODEL
  --limit N     asks the model about at most N customers (default: all)
  --rate N      customers a minute, 1 to 6000 (default 60); the model itself may be slower
  --again       also those of whom something was inferred after their last purchase
Each customer is stored by itself: where it was ended or killed, the same command goes on where it was.`;

const EX_USAGE = 2;

type Wanted = Pick<RunOptions, 'segmentId' | 'limit' | 'rate' | 'again'>;

/** @returns the exit code: 0 done, 1 refused or ended early with one line that says why and how to go on, 2 wrong arguments */
export async function inferCommand(args: string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  let wanted: Wanted | 'help';
  try {
    wanted = readArguments(args);
  } catch (error) {
    terminal.err.write(`${(error as Error).message}\n\n${USAGE}\n`);
    return EX_USAGE;
  }
  if (wanted === 'help') {
    terminal.out.write(`${USAGE}\n`);
    return 0;
  }
  const options = wanted;
  return onDatabase(env, terminal, async (url, config, signal) => {
    const app = await NestFactory.createApplicationContext(AppModule.with(withoutRoles(config, url)), {
      logger: false,
      abortOnError: false,
    });
    try {
      return await inferIn(app.get(InferRun), options, terminal, signal);
    } finally {
      await app.close();
    }
  });
}

async function inferIn(run: InferRun, wanted: Wanted, terminal: Terminal, signal: AbortSignal): Promise<number> {
  let progress: Progress | undefined;
  try {
    const outcome = await run.run({
      ...wanted,
      signal,
      onTotal: (customers) => (progress = terminal.out.isTTY ? bar(terminal, customers) : lines(terminal, customers)),
      onDone: (customers) => progress?.advance(customers),
    });
    progress?.stop();
    terminal.out.write(`${summary(outcome)}\n`);
    return ended(outcome, terminal);
  } catch (error) {
    progress?.stop();
    const problem = error instanceof Problem ? error : problemFromDatabase(error);
    throw problem ? new Error(problem.detail, { cause: error }) : error;
  }
}

/** Says how to go on where it ended before the last customer for a reason that was not asked for. */
function ended({ stopped }: RunOutcome, { err }: Terminal): number {
  if (stopped === undefined || stopped === 'limit') return 0;
  const why = stopped === 'interrupted' ? 'Interrupted.' : `The model gives no answers: ${stopped.detail}`;
  err.write(`${why} What is done is kept: the same command goes on where this one ended.\n`);
  return 1;
}

const bar = (terminal: Terminal, customers: number): Progress => progressBar(terminal, 'customers', customers);

/** A line for every twentieth part. */
function lines({ out }: Terminal, customers: number): Progress {
  let done = 0;
  const part = () => Math.floor((20 * done) / customers);
  return {
    advance: (by) => {
      const before = part();
      done += by;
      if (part() > before) out.write(`${number(done)} of ${number(customers)} customers\n`);
    },
    stop: () => undefined,
  };
}

const SKIPPED = {
  known: 'known already',
  'nothing bought': 'without a purchase',
  objected: 'who asked not to be messaged',
} as const satisfies Record<keyof RunOutcome['skipped'], string>;

function summary({ inferred, skipped, refused }: RunOutcome): string {
  const listed = (counts: [string, number | undefined][]) =>
    counts.flatMap(([what, count]) => (count ? [`${number(count)} ${what}`] : [])).join(', ');
  const passed = listed(
    Object.entries(SKIPPED).map(([standing, words]) => [words, skipped[standing as keyof typeof SKIPPED]]),
  );
  const failed = listed(Object.entries(refused));
  return `Inferred the preferences of ${number(inferred)} customers. Skipped: ${passed || 'none'}. Refused: ${failed || 'none'}.`;
}

const number = (value: number): string => value.toLocaleString('en');

/** Nothing happens beside the command: nothing is dispatched or sent, no index is kept, and nobody can call. */
const withoutRoles = (config: Config, url: string): Config => ({
  ...config,
  DATABASE_URL: url,
  ROLES: [],
  ADMIN_TOKENS: [randomUUID()],
});

function readArguments(args: string[]): Wanted | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      segment: { type: 'string' },
      limit: { type: 'string' },
      rate: { type: 'string', default: '60' },
      again: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { segment, limit, rate, again } = values;
  if (!isUUID(segment)) throw new Error('--segment must be the id of a segment');
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) throw new Error('--limit must be a whole number from 1 on');
  if (!/^[1-9]\d{0,3}$/.test(rate) || Number(rate) > 6000) throw new Error('--rate must be a whole number from 1 to 6000');
  return { segmentId: segment!.toLowerCase(), limit: Number(limit ?? Infinity), rate: Number(rate), again };
}

if (require.main === module) {
  loadDotEnv();
  void inferCommand(process.argv.slice(2), process.env, { out: process.stdout, err: process.stderr }).then((code) => {
    process.exitCode = code;
  });
}
