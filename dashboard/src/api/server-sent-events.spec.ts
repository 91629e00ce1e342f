import * as fc from 'fast-check';
import { EventParser, readEvents, type ServerEvent } from './server-sent-events';

const STREAM =
  'retry: 2000\n\n' +
  'event: progress\nid: 1\ndata: {"id":"17","name":"Sant Martí – 🎃"}\n\n' +
  ': keep-alive\n\n' +
  'data: two\ndata: lines\n\n' +
  'event: nothing\n\n' +
  'event:end\ndata\n\n' +
  'event: cut\ndata: off';

const EVENTS: ServerEvent[] = [
  { event: 'progress', data: '{"id":"17","name":"Sant Martí – 🎃"}' },
  { event: 'message', data: 'two\nlines' },
  { event: 'end', data: '' },
];

const cutAt = <T extends { slice: (from: number, to?: number) => T }>(whole: T, borders: number[]): T[] => {
  const sorted = [0, ...[...borders].sort((a, b) => a - b)];
  return sorted.map((from, i) => whole.slice(from, sorted[i + 1]));
};

const streamOf = (chunks: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      chunks.forEach((chunk) => controller.enqueue(chunk));
      controller.close();
    },
  });

describe('events of a stream', () => {
  it.each(['\n', '\r\n', '\r'])('are the same wherever the text is cut, with lines ended by %j', (lineEnd) => {
    const text = STREAM.replaceAll('\n', lineEnd);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (borders) => {
        const parser = new EventParser();
        expect(cutAt(text, borders).flatMap((piece) => parser.feed(piece))).toEqual(EVENTS);
        expect(parser.retryMs).toBe(2000);
      }),
    );
  });

  it('are the same wherever the bytes are cut, in the middle of a letter too', async () => {
    const bytes = new TextEncoder().encode(STREAM);
    for (let border = 0; border <= bytes.length; border++) {
      const events: ServerEvent[] = [];
      for await (const event of readEvents(streamOf(cutAt(bytes, [border])))) events.push(event);
      expect(events).toEqual(EVENTS);
    }
  });

  it('tells of bytes that are no event', async () => {
    let times = 0;
    const body = streamOf([new TextEncoder().encode(': keep-alive\n\n')]);
    for await (const event of readEvents(body, { onBytes: () => times++ })) throw new Error(event.event);
    expect(times).toBe(1);
  });

  it('lets go of the stream when nobody reads on', async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
      cancel: () => void (isCancelled = true),
    });
    for await (const event of readEvents(body)) {
      expect(event.data).toBe('1');
      break;
    }
    expect(isCancelled).toBe(true);
  });
});
