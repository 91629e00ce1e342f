import { SingleBar } from 'cli-progress';

/** Where a command speaks: the process's own streams, or a test's. */
export interface Terminal {
  out: NodeJS.WritableStream & { isTTY?: boolean };
  err: NodeJS.WritableStream;
}

export interface Progress {
  advance(by: number): void;
  stop(): void;
}

/** A bar on a terminal, from its first advance until it is full or stopped; nothing where the output goes elsewhere. */
export function progressBar({ out }: Terminal, label: string, total: number): Progress {
  if (!out.isTTY) return { advance: () => undefined, stop: () => undefined };
  const format = `${label} {bar} {percentage}% {duration_formatted}`;
  const bar = new SingleBar({
    stream: out,
    format,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stopOnComplete: true,
  });
  return {
    advance: (by) => {
      if (!bar.isActive) bar.start(total, 0);
      bar.increment(by);
    },
    stop: () => bar.stop(),
  };
}
