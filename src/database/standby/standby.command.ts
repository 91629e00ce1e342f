import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadDotEnv } from '../../config/config';
import { openServer } from '../open-database';
import { makeStandby, promoteStandby, startStandby, stopStandby } from './standby';

const USAGE = `npm run standby -- --directory DIR [--port N] [--start | --promote | --stop]
  makes a streaming standby of the server of DATABASE_URL, which runs on this machine, or of the embedded one, in DIR; starts it on 127.0.0.1,
  port N (54330 where left out), and writes DATABASE_REPLICA_URL into DIR/replica.env. The role of DATABASE_URL must be a superuser
  --start    start the one in DIR again
  --promote  make the one in DIR a primary: the server it followed must not run any more
  --stop     stop it`;

const EX_USAGE = 64;
const PORT = '54330';

const verbs = { start: startStandby, promote: promoteStandby, stop: (directory: string) => stopStandby(directory) };
const done = {
  start: 'runs again',
  promote: 'is a primary now: name it in DATABASE_URL, and never start the one of before as it is',
  stop: 'has stopped',
};

async function main(args: string[]): Promise<number> {
  if (args[0] === '--help') {
    console.log(USAGE);
    return 0;
  }
  const { directory, port, verb } = readArguments(args);
  if (!directory || !(port > 0 && port < 65_536)) {
    console.error(USAGE);
    return EX_USAGE;
  }
  if (verb) {
    await verbs[verb](directory);
    console.log(`The standby in ${directory} ${done[verb]}.`);
    return 0;
  }
  loadDotEnv();
  const server = await openServer(loadConfig(process.env));
  process.once('exit', () => server.closeSync()); // also where Ctrl-C ends the command
  try {
    const { name } = await makeStandby(server.url, directory, port);
    console.log(`${directory} has a standby, which runs on 127.0.0.1:${port} and follows the server as ${name}.
Its DATABASE_REPLICA_URL, with the password, is in ${directory}/replica.env: put that line where the service reads its settings.`);
    return 0;
  } finally {
    await server.close();
  }
}

function readArguments(args: string[]): { directory?: string; port: number; verb?: keyof typeof verbs } {
  const flag = { type: 'boolean' } as const;
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args,
      options: { directory: text, port: text, start: flag, promote: flag, stop: flag },
    });
    const asked = (Object.keys(verbs) as (keyof typeof verbs)[]).filter((name) => values[name]);
    if (asked.length > 1) return { port: NaN };
    return { directory: values.directory && resolve(values.directory), port: Number(values.port ?? PORT), verb: asked[0] };
  } catch {
    return { port: NaN };
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  },
);
