import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Settings, Task } from './contestant';

/** Whom to start, and on which Node. */
export interface Player {
  /** A file beside this one. */
  script: string;
  node: string;
  packages: string;
}

/** No contestant needs as long as that; one that hangs ends the benchmark. */
const PATIENCE_MS = 300_000;

function launch({ script, node }: Player, part: 'fill' | 'work', task: Task): ChildProcess {
  return spawn(node, ['-r', 'ts-node/register', join(__dirname, script), part, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

export async function fill(player: Player, url: string, jobs: number): Promise<void> {
  const child = launch(player, 'fill', { url, jobs, packages: player.packages, settings: {} });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${player.script} could not enqueue`);
}

/**
 * Starts the workers, waits until all are connected, and measures from the word to go until so many are settled.
 * @param unsettled how many are left by what the store says. Where it still says some, the clock runs on until it does not.
 * @returns seconds.
 */
export async function race(
  player: Player,
  { url, jobs, settings: { processes, ...settings } }: { url: string; jobs: number; settings: Settings },
  unsettled: () => Promise<number>,
): Promise<number> {
  const children = Array.from({ length: processes }, () =>
    launch(player, 'work', { url, jobs, packages: player.packages, settings }),
  );
  let over = false;
  let settled = 0;
  let timer: NodeJS.Timeout | undefined;
  const exits = children.map((child) => once(child, 'exit'));
  try {
    let began = 0;
    await new Promise<void>((done, fail) => {
      timer = setTimeout(() => fail(new Error(`${player.script} settled only ${settled} of ${jobs}`)), PATIENCE_MS);
      let ready = 0;
      for (const child of children) {
        child.stdin!.on('error', () => undefined); // it ended: its exit says so
        child.once('exit', (code) => over || fail(new Error(`${player.script} ended with ${code} before the end`)));
        createInterface({ input: child.stdout! }).on('line', (line) => {
          if (line === 'ready' && ++ready === children.length) {
            began = performance.now();
            for (const each of children) each.stdin!.write('go\n');
          }
          if (line.startsWith('+') && (settled += Number(line)) >= jobs) done();
        });
      }
    });
    let ended = performance.now();
    while ((await unsettled()) > 0) {
      ended = performance.now();
      if (ended - began > PATIENCE_MS) throw new Error(`${player.script} says that all are settled, and its store does not`);
    }
    return (ended - began) / 1000;
  } finally {
    over = true;
    clearTimeout(timer);
    for (const child of children) child.stdin!.write('stop\n');
    const killer = setTimeout(() => children.forEach((child) => child.kill('SIGKILL')), 10_000);
    await Promise.all(exits);
    clearTimeout(killer);
  }
}
