/* npm run release:check [-- --stage NAME,NAME] [--again] [--report]: everything at release size; writes docs/release-report.md. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figuresOf } from './figures';
import { isCurrent, isWell, report } from './report';
import { checkedOut, keep, kept, type Result, root } from './results';
import { type Stage, stages } from './stages';

const USAGE = `npm run release:check -- [--stage NAME,NAME] [--again] [--report]
  without --stage: each that has not come out well on these sources yet, so that a run that was stopped goes on where it was
  --again: also what came out well   --report: runs nothing, and writes the report of what was measured
  NAME: ${stages.map(({ name }) => name).join(', ')}`;
/** Of the output of a stage that went wrong. */
const KEPT_OUTPUT = 4000;

async function run(stage: Stage): Promise<Result> {
  const began = performance.now();
  const [program, ...args] = stage.command;
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...stage.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      process.stderr.write(chunk);
    });
  const exit = await new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
  const result: Result = {
    command: stage.command.join(' '),
    ...checkedOut(),
    exit,
    figures: figuresOf(output),
    seconds: Math.round((performance.now() - began) / 1000),
    finished_at: new Date().toISOString(),
  };
  return isWell(stage, result) ? result : { ...result, said: output.slice(-KEPT_OUTPUT) };
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: { stage: { type: 'string' }, again: { type: 'boolean' }, report: { type: 'boolean' } },
  });
  const named = values.stage?.split(',');
  const unknown = named?.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    console.error(`There is no stage ${unknown}.\n${USAGE}`);
    process.exit(64);
  }
  const write = () => writeFileSync(join(root, 'docs', 'release-report.md'), report());
  for (const stage of values.report ? [] : stages) {
    if (named && !named.includes(stage.name)) continue;
    const before = kept(stage.name);
    if (!values.again && before && isCurrent(stage, before) && isWell(stage, before)) {
      console.log(`${stage.name}: held at ${before.finished_at}`);
      continue;
    }
    console.log(`${stage.name}: ${stage.command.join(' ')}`);
    const result = await run(stage);
    keep(stage.name, result);
    write();
    console.log(`${stage.name}: ${isWell(stage, result) ? 'holds' : 'DOES NOT HOLD'}, ${result.seconds} s`);
  }
  write();
  return stages.every((stage) => isWell(stage, kept(stage.name)));
}

main().then(
  (allHold) => {
    console.log(allHold ? 'everything holds' : 'not everything holds: docs/release-report.md says what, and why');
    process.exit(allHold ? 0 : 1);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
