import { follow, type Following } from './follow';

const stream = (text: string, error?: Error): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull(controller) {
      if (text) controller.enqueue(new TextEncoder().encode(text));
      else if (error) controller.error(error);
      else controller.close();
      text = '';
    },
  });

/** Follows streams one after the other; the last wait leaves. */
async function followed(streams: (ReadableStream<Uint8Array> | Error)[]) {
  const leaving = new AbortController();
  const told: Following[] = [];
  const seen: string[] = [];
  const waits: number[] = [];
  let opened = 0;
  await follow({
    open: () => {
      const next = streams[opened++];
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    see: (state) => seen.push(state),
    tell: (how) => told.push(how),
    wait: (ms) => {
      waits.push(ms);
      if (opened === streams.length) leaving.abort();
      return Promise.resolve();
    },
    signal: leaving.signal,
  });
  return { told, seen, waits, opened };
}

const state = (n: number) => `event: progress\nid: ${n}\ndata: {"n":${n}}\n\n`;
const END = 'event: end\ndata: {"status":"dispatched"}\n\n';

describe('following a dispatch', () => {
  it('sees each state, and stops at the end', async () => {
    expect(await followed([stream(`retry: 500\n\n${state(1)}${state(2)}${END}${state(3)}`)])).toEqual({
      told: ['events', 'events', 'over'],
      seen: ['{"n":1}', '{"n":2}'],
      waits: [],
      opened: 1,
    });
  });

  it('comes back when the stream was cut, after as long as the stream said', async () => {
    const { told, seen, waits } = await followed([stream(`retry: 500\n\n${state(1)}`, new Error('cut')), stream(END)]);
    expect(told).toEqual(['events', 'asking', 'over']);
    expect(seen).toEqual(['{"n":1}']);
    expect(waits).toEqual([500]);
  });

  it('leaves it to asking while there is no stream, and comes back later each time', async () => {
    const { told, waits } = await followed(Array.from({ length: 7 }, () => new Error('503')));
    expect(new Set(told)).toEqual(new Set(['asking']));
    expect(waits).toEqual([2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  });

  it('begins with the shortest wait again once something came', async () => {
    const { waits } = await followed([new Error('503'), new Error('503'), stream(state(1)), new Error('503')]);
    expect(waits).toEqual([2000, 4000, 2000, 4000]);
  });

  it('does nothing where nobody looks any more', async () => {
    const open = jest.fn();
    await follow({ open, see: jest.fn(), tell: jest.fn(), signal: AbortSignal.abort() });
    expect(open).not.toHaveBeenCalled();
  });
});
