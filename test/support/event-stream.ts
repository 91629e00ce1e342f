import { type IncomingHttpHeaders, request } from 'node:http';
import { eventually } from './eventually';

interface ReceivedEvent {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

/** What a client of Server-Sent Events has received so far. */
export interface EventStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** Everything, to the letter. */
  text(): string;
  events(): ReceivedEvent[];
  comments(): string[];
  /** Waits for an event that fits. */
  sees(fits: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent>;
  /** Resolves when the server has ended the stream; rejects when it was cut. */
  ended: Promise<void>;
  /** Takes nothing any more, without leaving. */
  stall(): void;
  leave(): void;
}

/**
 * Opens a stream and resolves with the head of its answer.
 * @param body to be posted as JSON, where it is asked for by a POST
 */
export const listenTo = (url: string, token: string, body?: object): Promise<EventStream> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { accept: 'text/event-stream', 'content-type': 'application/json' }),
    };
    const call = request(url, { agent: false, method: body ? 'POST' : 'GET', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const ended = new Promise<void>((done, fail) => answer.once('end', done).once('error', fail));
      ended.catch(() => undefined); // where the test expects it to be cut, it says so
      const blocks = () => text.split('\n\n').slice(0, -1);
      const events = () => blocks().flatMap(toEvent);
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text: () => text,
        events,
        comments: () => blocks().filter((block) => block.startsWith(':')),
        sees: (fits) =>
          eventually(() => {
            const found = events().find(fits);
            if (!found) throw new Error(`No such event yet, only:\n${text}`);
            return found;
          }),
        ended,
        stall: () => void answer.pause(),
        leave: () => void call.destroy(),
      });
    });
    call.once('error', reject);
    call.end(body && JSON.stringify(body));
  });

function toEvent(block: string): ReceivedEvent[] {
  const fields = Object.fromEntries(block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)!.slice(1)));
  if (fields.data === undefined) return [];
  return [{ event: fields.event, id: fields.id, data: JSON.parse(fields.data) as Record<string, unknown> }];
}
