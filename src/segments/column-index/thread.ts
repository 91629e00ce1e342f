import { join } from 'node:path';
import { type MessagePort, Worker } from 'node:worker_threads';

/** What goes between a thread and who started it: requests and their answers, in order, and news in between. */
type ToOwner<A, N> =
  { readonly id: number; readonly answer: A } | { readonly id: number; readonly error: Error } | { readonly news: N };

/** A thread of ours that answers requests, one after the other. */
export class Thread<Q, A, N = never> {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { done: (answer: A) => void; fail: (error: Error) => void }>();
  private requests = 0;
  /** Why it has ended. */
  failure?: Error;

  /** @param name of the file below this folder, without `.worker.js`: `scan/scan`. */
  constructor(name: string, workerData?: unknown, onNews: (news: N) => void = () => undefined) {
    const isTypeScript = __filename.endsWith('.ts'); // under Jest and ts-node
    this.worker = new Worker(join(__dirname, `${name}.worker.${isTypeScript ? 'ts' : 'js'}`), {
      workerData,
      ...(isTypeScript && { execArgv: ['-r', 'ts-node/register'] }),
    });
    this.worker.on('message', (message: ToOwner<A, N>) => {
      if ('news' in message) return onNews(message.news);
      const { done, fail } = this.waiting.get(message.id)!;
      this.waiting.delete(message.id);
      if ('error' in message) fail(message.error);
      else done(message.answer);
    });
    this.worker.on('error', (error: Error) => this.end(error));
    this.worker.on('exit', () => this.end(new Error(`The ${name} thread has ended`)));
  }

  ask(request: Q): Promise<A> {
    return new Promise((done, fail) => {
      if (this.failure) return fail(this.failure);
      const id = ++this.requests;
      this.waiting.set(id, { done, fail });
      this.worker.postMessage({ id, request });
    });
  }

  /** Ends it at once, whatever it does. */
  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  private end(error: Error): void {
    this.failure ??= error;
    for (const { fail } of this.waiting.values()) fail(this.failure);
    this.waiting.clear();
  }
}

/** The other side: answers each request; one that throws is answered with the error. */
export function answerRequests<Q, A>(port: MessagePort, answer: (request: Q) => A | Promise<A>): void {
  port.on('message', ({ id, request }: { id: number; request: Q }) => {
    const fail = (error: unknown) =>
      port.postMessage({ id, error: error instanceof Error ? error : new Error(String(error)) });
    try {
      const given = answer(request);
      if (!(given instanceof Promise)) port.postMessage({ id, answer: given });
      else given.then((result) => port.postMessage({ id, answer: result }), fail);
    } catch (error) {
      fail(error);
    }
  });
}
