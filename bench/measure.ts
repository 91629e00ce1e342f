import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { join } from 'node:path';

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Where the figures were taken: they mean nothing without it. */
const machine = () => ({
  node: process.version,
  system: `${platform()} ${arch()}`,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
  load: loadavg().map((load) => Number(load.toFixed(2))),
});

/** Keeps the figures beside the benchmark that took them. */
export function keep(name: string, figures: object): void {
  const file = join(__dirname, 'results', `${name}.json`);
  mkdirSync(join(__dirname, 'results'), { recursive: true });
  writeFileSync(
    file,
    `${JSON.stringify({ taken_at: new Date().toISOString(), machine: machine(), ...figures }, null, 2)}\n`,
  );
  console.log(`\nkept in bench/results/${name}.json`);
}

/** A process of its own, so that what is measured shares no event loop with who measures. Resolves once it printed what `ready` finds. */
export async function start(
  command: string[],
  env: Record<string, string>,
  ready: RegExp,
): Promise<{ child: ChildProcess; found: string; stop(): Promise<void> }> {
  const child = spawn(command[0], command.slice(1), {
    env: { ...process.env, ADMIN_REQUESTS_PER_SECOND: '100000', ...env }, // one caller who asks for all; still counted
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const found = await new Promise<string>((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (printed.length < 100_000) printed += text;
      const match = ready.exec(printed);
      if (match) done(match[1]);
    });
    child.once('exit', (code) => fail(new Error(`${command.join(' ')} ended with ${code}: ${printed}`)));
  });
  return {
    child,
    found,
    stop: async () => {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
