import { constants } from 'node:os';

/** npm passes the terminal's SIGINT on to a process that has it already, so one Ctrl-C arrives twice. */
const ECHO_MS = 500;

/**
 * The first signal stops the process in order, with the exit code that `stop` gives; a second one ends it at once.
 * What nobody caught stops it too, with exit code 1: its state is not known any more.
 */
export function stopOnSignals(stop: () => Promise<number>, fatal: (error: unknown) => void): void {
  let stoppingSince: number | undefined;
  const begin = (exitCode?: number) => {
    stoppingSince = performance.now();
    void stop().then(
      (code) => process.exit(exitCode ?? code),
      (error: unknown) => {
        fatal(error);
        process.exit(1);
      },
    );
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stoppingSince === undefined) begin();
      else if (performance.now() - stoppingSince > ECHO_MS) process.exit(128 + constants.signals[signal]);
    });

  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      fatal(error);
      if (stoppingSince === undefined) begin(1);
    });

  // whoever read our output may be gone (`npm start | head`): that is no reason to stop serving
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
