import { EventParser, readEvents } from '../../../api/server-sent-events';

/** How what is shown keeps up: by events, by asking again and again, or not at all because it can change no more. */
export type Following = 'events' | 'asking' | 'over';

export interface Follow {
  /** Opens the stream. */
  open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  /** The state, as JSON. */
  see: (state: string) => void;
  tell: (how: Following) => void;
  signal: AbortSignal;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
/** A comment comes every 15 seconds; a connection that is silent for so long is none, whatever the network says. */
const SILENCE_MS = 40_000;

const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

/**
 * Reads the stream of a dispatch until its end, and comes back whenever it was cut, later each time that nothing came. Between the
 * streams somebody else has to ask (`asking`).
 */
export async function follow({ open, see, tell, signal, wait = waitFor }: Follow): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    const parser = new EventParser();
    const connection = new AbortController();
    const hangUp = () => connection.abort();
    signal.addEventListener('abort', hangUp, { once: true });
    let silence = setTimeout(hangUp, SILENCE_MS);
    const onBytes = () => {
      clearTimeout(silence);
      silence = setTimeout(hangUp, SILENCE_MS);
    };
    try {
      for await (const { event, data } of readEvents(await open(connection.signal), { parser, onBytes })) {
        if (event === 'end') return tell('over');
        if (event !== 'progress') continue;
        failures = 0;
        tell('events');
        see(data);
      }
    } catch {
      // refused, or cut: the same to whoever looks
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', hangUp);
      connection.abort();
    }
    if (signal.aborted) return;
    tell('asking');
    await wait(Math.min((parser.retryMs ?? RETRY_MS) * 2 ** failures, LONGEST_RETRY_MS), signal);
    failures++;
  }
}
