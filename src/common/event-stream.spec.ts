import { Writable } from 'node:stream';
import { Logger } from '@nestjs/common';
import type { Response } from 'express';
import { EventStream, serverSentEvent } from './event-stream';
import { Problem } from './problem';

beforeAll(() => Logger.overrideLogger(false));

/** A client, as far as an answer sees of it. One that stalls takes the first bytes and no more. */
class Client extends Writable {
  taken = '';
  readonly req = { method: 'POST', path: '/x', id: 'request-1' };
  readonly ended = new Promise<void>((resolve) => this.once('finish', resolve));

  constructor(private readonly stalls = false) {
    super();
  }

  writeHead(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken += chunk.toString();
    if (!this.stalls) done();
  }

  asResponse = (): Response => this as unknown as Response;
}

/** Many events, and how many of them were asked for. */
function source(count: number) {
  const asked = { events: 0, isReturned: false };
  async function* events(): AsyncGenerator<string> {
    try {
      while (asked.events < count) {
        asked.events++;
        yield await Promise.resolve(serverSentEvent('token', '"x"'));
      }
    } finally {
      asked.isReturned = true;
    }
  }
  return { asked, events: events() };
}
const allThatCanHappen = async () => {
  for (let i = 0; i < 5000; i++) await new Promise(setImmediate);
};

it('waits for its client, unless it is to read ahead', async () => {
  const [waits, ahead] = [source(2000), source(2000)];
  const byDefault = new EventStream(waits.events);
  const readingAhead = new EventStream(ahead.events, { readAhead: 1024 * 1024 });

  byDefault.sendTo(new Client(true).asResponse());
  readingAhead.sendTo(new Client(true).asResponse());
  await allThatCanHappen();

  expect(ahead.asked).toEqual({ events: 2000, isReturned: true });
  expect(waits.asked.events).toBeLessThan(1500);
});

it('ends its source when the client leaves, has left, or was never answered', async () => {
  const [leaving, left] = [source(1e9), source(1e9)];
  const client = new Client(true);
  (await EventStream.begun(leaving.events)).sendTo(client.asResponse());
  const gone = new Client();
  gone.destroy();
  await new Promise((closed) => gone.once('close', closed));
  (await EventStream.begun(left.events)).sendTo(gone.asResponse());

  client.destroy();
  await new Promise(setImmediate);

  expect([leaving.asked.isReturned, left.asked.isReturned]).toEqual([true, true]);
});

it('tells what went wrong after its first event', async () => {
  const client = new Client();
  const stream = await EventStream.begun(
    (async function* () {
      yield await Promise.resolve(serverSentEvent('token', '"x"'));
      throw new Problem('audience-moved', 'It moved.', [{ pointer: '/a', detail: 'is wrong' }], { members: { came: 3 } });
    })(),
  );

  stream.sendTo(client.asResponse());
  await client.ended;

  const [token, problem] = client.taken.split('\n\n');
  expect(token).toBe('event: token\ndata: "x"');
  expect(JSON.parse(problem.replace('event: problem\ndata: ', ''))).toEqual({
    type: 'urn:crm-service:problem:audience-moved',
    title: expect.any(String),
    status: 409,
    detail: 'It moved.',
    instance: '/x',
    request_id: 'request-1',
    came: 3,
    errors: [{ pointer: '/a', detail: 'is wrong' }],
  });
});

it('does not tell what else went wrong', async () => {
  const client = new Client();
  const stream = new EventStream(
    // eslint-disable-next-line require-yield -- it fails before it can
    (async function* (): AsyncGenerator<string> {
      throw await Promise.resolve(new Error('secret of the house'));
    })(),
  );

  stream.sendTo(client.asResponse());
  await client.ended;

  expect(client.taken).toMatch(/^event: problem\ndata: .*:internal-error"/);
  expect(client.taken).not.toContain('secret');
});
