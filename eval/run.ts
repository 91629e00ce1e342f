/* npm run eval:ai: asks the model of LLM_PROVIDER, OLLAMA_HOST and LLM_MODEL for the rule of every case, and says how good the answers are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import { RemoteLanguageModel } from '../src/ai/remote.language-model';
import { Problem } from '../src/common/problem';
import { loadConfig } from '../src/config/config';
import { type Answers, live, readAnswers, recorded, type Source } from './answers';
import { cases } from './cases';
import { type Outcome, outcomeOf } from './outcome';
import { population } from './population';
import { reportOf, tableOf } from './report';

const USAGE = `npm run eval:ai -- [--json FILE] [--record FILE] [--answers FILE] [--only TEXT]

--json FILE     every figure, and what became of every case
--record FILE   the answers of the model, to be looked at again with --answers
--answers FILE  answers that were recorded, instead of a model
--only TEXT     cases whose id has this in it: es-, injection`;

const STAND_INS = join(__dirname, 'stand-ins.json');

/** The model the environment says, or why there is none. */
async function modelOfEnvironment(answers: Record<string, string[]>): Promise<Source | string> {
  const config = loadConfig(process.env);
  const model = new RemoteLanguageModel(new HttpService(), config);
  try {
    await model.generate({ prompt: 'Say yes.', max_tokens: 1 });
  } catch (error) {
    if (error instanceof Problem) return error.detail;
    throw error;
  }
  return live(`${config.LLM_MODEL} (${config.LLM_PROVIDER})`, model, answers);
}

async function run(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { json: text, record: text, answers: text, only: text, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(USAGE);
  Logger.overrideLogger(false);

  const answers: Record<string, string[]> = {};
  const found = values.answers ? recorded(readAnswers(values.answers)) : await modelOfEnvironment(answers);
  const source = typeof found === 'string' ? recorded(readAnswers(STAND_INS)) : found;
  if (typeof found === 'string') console.error(`No model answers: ${found}`);

  const asked = cases.filter(({ id }) => id.includes(values.only ?? ''));
  const people = await population();
  const outcomes: Outcome[] = [];
  for (const one of asked) {
    outcomes.push(await outcomeOf(one, source.for(one.id), people));
    if (source.isLive) process.stderr.write(`\r${outcomes.length} of ${asked.length}`);
  }
  if (source.isLive) process.stderr.write('\n');

  const report = reportOf(source.name, source.isLive, outcomes);
  console.log(tableOf(report));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.record && source.isLive)
    writeFileSync(values.record, `${JSON.stringify({ model: source.name, answers } satisfies Answers, null, 2)}\n`);
  else if (values.record) console.error('Nothing was recorded: no model was asked.');
}

run().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
