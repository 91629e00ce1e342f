import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { type FakeModel, type ModelWire, streamed } from '../../test/support/fake-model';
import { RAW } from '../../test/support/model-misbehaviours';
import { modelAt, piecesOf, problemOf, startServer, wires } from '../../test/support/remote-models';
import { drip, hang, reset, type StubHandler } from '../../test/support/stub-server';
import type { Config } from '../config/config';
import type { ProblemType } from '../common/problem';

const sends =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): StubHandler =>
  (_req, res) =>
    void res.writeHead(status, headers).end(body);

/** Sends it in chunks that end where `cuts` say. */
const sendsCut =
  (body: Buffer, cuts: readonly number[]): StubHandler =>
  async (_req, res) => {
    res.writeHead(200);
    let from = 0;
    for (const to of [...new Set(cuts.map((cut) => cut % body.length))].sort((a, b) => a - b)) {
      if (to === from) continue;
      await new Promise((written) => res.write(body.subarray(from, to), written));
      from = to;
    }
    res.end(body.subarray(from));
  };

/** Everything a server may do in the middle of a stream; the key ends the sentence "a server that …". */
const misbehaviours: [how: string, (wire: ModelWire) => StubHandler, ProblemType][] = [
  ['never answers', () => (_req, res) => hang(res), 'model-too-slow'],
  ['sends headers and never a body', () => (_req, res) => hang(res, true), 'model-too-slow'],
  ['begins and hangs', (wire) => (_req, res) => void res.writeHead(200).write(wire.piece(RAW)), 'model-too-slow'],
  ['drips a byte at a time', (wire) => (_req, res) => drip(res, streamed(wire, RAW), 20), 'model-too-slow'],
  ['drips blank lines', () => (_req, res) => drip(res, '\n'.repeat(1000), 20), 'model-too-slow'],
  ['cuts the connection', () => (_req, res) => reset(res), 'model-unavailable'],
  ['cuts it between two pieces', (wire) => (_req, res) => reset(res, wire.piece(RAW)), 'model-unavailable'],
  [
    'cuts it in the middle of a piece',
    (wire) => (_req, res) => reset(res, wire.piece(RAW).slice(0, -9)),
    'model-unavailable',
  ],
  ['ends without having said that it is done', (wire) => sends(wire.piece(RAW)), 'model-answer-invalid'],
  [
    'ends in the middle of a piece',
    (wire) => sends(wire.piece('Hi') + wire.piece(RAW).slice(0, -9)),
    'model-answer-invalid',
  ],
  ['sends nothing', () => sends(''), 'model-answer-invalid'],
  ['fails after a piece', (wire) => sends(wire.piece('Hi') + wire.error(RAW) + wire.last), 'model-answer-invalid'],
  ['fails with 500', () => sends(`{"error":"${RAW}"}`, {}, 500), 'model-unavailable'],
  ['is busy', () => sends(`{"error":"${RAW}"}`, {}, 503), 'model-unavailable'],
  ['fails with 500 and never ends', () => (_req, res) => void res.writeHead(500).write(RAW), 'model-unavailable'],
  ['wants a login', () => sends(RAW, {}, 401), 'model-answer-invalid'],
  ['redirects', () => sends('', { location: `http://127.0.0.1:1/${RAW}` }, 307), 'model-answer-invalid'],
  ['answers HTML', () => sends(`<!doctype html><p>${RAW}</p>`), 'model-answer-invalid'],
  ['answers words', () => sends(RAW), 'model-answer-invalid'],
  ['answers an array', () => sends(`[${JSON.stringify(RAW)}]`), 'model-answer-invalid'],
  ['has a number for a text', (wire) => sends(wire.piece(7) + wire.last), 'model-answer-invalid'],
  ['has a list for a text', (wire) => sends(wire.piece([RAW]) + wire.last), 'model-answer-invalid'],
  [
    'has 20,000 levels of JSON for a text',
    (wire) => sends(wire.piece('deep').replace('"deep"', '['.repeat(20_000) + ']'.repeat(20_000)) + wire.last),
    'model-answer-invalid',
  ],
  [
    'sends bytes that are not UTF-8',
    (wire) => sends(Buffer.from(wire.piece('ñ') + wire.last, 'latin1')),
    'model-answer-invalid',
  ],
  [
    'ends in the middle of a character',
    (wire) => sends(Buffer.from(wire.piece('Hi') + 'ñ').subarray(0, -1)),
    'model-answer-invalid',
  ],
  [
    'compresses, unasked',
    (wire) => sends(gzipSync(streamed(wire, RAW)), { 'content-encoding': 'gzip' }),
    'model-answer-invalid',
  ],
  ['writes more than 64 KB', (wire) => sends(wire.piece('x'.repeat(1024)).repeat(65) + wire.last), 'model-answer-invalid'],
  ['writes 10 MB in a piece', (wire) => sends(wire.piece('x'.repeat(10_000_000)) + wire.last), 'model-answer-invalid'],
  ['writes 10 MB without a line', () => sends(' '.repeat(10_000_000)), 'model-answer-invalid'],
  ['writes 10 MB of nothing', (wire) => sends(wire.piece('').repeat(100_000) + wire.last), 'model-answer-invalid'],
];

describe.each(wires)('a stream of %s', (_provider, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  beforeEach(async () => (server = await startServer(wire)));
  afterEach(() => server.close());

  const model = (settings: Partial<Config> = {}) => modelAt(server.url, wire, settings);
  const stream = (settings?: Partial<Config>, signal?: AbortSignal) => model(settings).stream({ prompt: 'Hi', signal });
  /** The answer, as a test writes it piece by piece. */
  const written = () =>
    new Promise<ServerResponse>((resolve) => server.misbehaves((_req, res) => resolve(res.writeHead(200))));

  it('has the pieces the model writes, as it writes them', async () => {
    const response = written();
    const pieces = stream();

    for (const text of ['Bon', ' dia,', ' món', '\u200b 👋']) {
      const next = pieces.next();
      (await response).write(wire.piece(text));
      expect(await next).toEqual({ done: false, value: text });
    }
    (await response).end(wire.last);

    expect(await pieces.next()).toEqual({ done: true, value: undefined });
    expect(server.calls()).toMatchObject([{ stream: true }]);
  });

  it('is the same wherever the network cuts it', async () => {
    const texts = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat(), { maxLength: 8 }), async (texts, cuts) => {
        server.misbehaves(sendsCut(Buffer.from(texts.map((text) => wire.piece(text)).join('') + wire.last), cuts));

        expect(await piecesOf(stream())).toEqual(texts);
      }),
      { numRuns: 40 },
    );
  });

  it('may have nothing in it, also beside what is written', async () => {
    server.misbehaves(sends(`\n${wire.piece('')}\r\n${wire.piece('Hi')}${wire.piece('')}${wire.last}and more`));

    expect(await piecesOf(stream())).toEqual(['Hi']);
  });

  it('takes 64 KB of text, however much is around it', async () => {
    server.misbehaves(sends(wire.piece('a'.repeat(16)).repeat(4096) + wire.last));

    expect((await piecesOf(stream())).join('')).toHaveLength(65_536);
  });

  it.each(misbehaviours)('of a server that %s is a problem, and nothing of it gets out', async (how, misbehaviour, type) => {
    server.misbehaves(misbehaviour(wire));
    const seconds = type === 'model-too-slow' ? 0.3 : 20;

    const problem = await problemOf(piecesOf(stream({ LLM_TIMEOUT_SECONDS: seconds })));

    expect([how, problem.type]).toEqual([how, type]);
    expect(server.requests).toHaveLength(1);
    const said = inspect(problem, { depth: null });
    for (const secret of [RAW, 'Hi', 'the-key-of-the-team']) expect(said).not.toContain(secret);
    expect(problem.detail).not.toMatch(/undefined|\[object/);
  });

  it('of a model that is not there is a problem', async () => {
    server.models.length = 0;
    expect((await problemOf(piecesOf(stream()))).type).toBe('model-missing');
    await server.close();
    expect((await problemOf(piecesOf(stream()))).type).toBe('model-unavailable');
  });

  describe('in time', () => {
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
    afterEach(() => void jest.useRealTimers());

    it('may begin late, and may then not fall silent', async () => {
      const response = written();
      const pieces = stream({ LLM_TIMEOUT_SECONDS: 3600 });
      const first = pieces.next();
      await server.received(1);
      jest.advanceTimersByTime(300_000); // the model is loaded
      (await response).write(wire.piece('Bon'));
      expect((await first).value).toBe('Bon');
      jest.advanceTimersByTime(300_000); // whoever takes the pieces may be slow: that is no fault of the model

      const second = pieces.next();
      jest.advanceTimersByTime(19_000);
      (await response).write(wire.piece(' dia'));
      expect((await second).value).toBe(' dia');

      const third = problemOf(pieces.next());
      (await response).write('\n'); // is no token
      jest.advanceTimersByTime(20_000);
      expect(await third).toMatchObject({
        type: 'model-too-slow',
        detail: expect.stringContaining('nothing more for 20 s'),
      });
    });

    it('may not go on for ever', async () => {
      const response = written();
      const pieces = stream({ LLM_TIMEOUT_SECONDS: 60 });
      for (let second = 0; second < 60; second += 15) {
        const next = pieces.next();
        (await response).write(wire.piece('on and '));
        expect((await next).value).toBe('on and ');
        jest.advanceTimersByTime(15_000);
      }
      expect((await problemOf(pieces.next())).detail).toContain('no whole answer within 60 s');
    });
  });

  describe('that nobody reads any more', () => {
    let closed: Promise<void>;
    beforeEach(() => {
      closed = new Promise((resolve) =>
        server.misbehaves((_req, res) => {
          res.writeHead(200).write(wire.piece('Bon'));
          res.once('close', resolve);
        }),
      );
    });

    it('stops the model while it is waited for', async () => {
      const caller = new AbortController();
      const pieces = stream({}, caller.signal);
      await pieces.next();

      const next = expect(pieces.next()).rejects.toBe('left');
      caller.abort('left');

      await next;
      await closed;
    });

    it('stops the model while nobody waits for a piece', async () => {
      const caller = new AbortController();
      const pieces = stream({}, caller.signal);
      await pieces.next();

      caller.abort('left');

      await closed;
      await expect(pieces.next()).rejects.toBe('left');
    });

    it('stops the model when it is returned', async () => {
      const pieces = stream();
      await pieces.next();

      await pieces.return();

      await closed;
    });
  });
});
