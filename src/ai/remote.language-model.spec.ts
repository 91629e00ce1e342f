import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import type { FakeModel } from '../../test/support/fake-model';
import { type Misbehaviour, misbehavioursOf, RAW } from '../../test/support/model-misbehaviours';
import { modelAt, problemOf, startServer, wires } from '../../test/support/remote-models';
import { hang, reset } from '../../test/support/stub-server';
import type { Config } from '../config/config';
import type { Problem, ProblemType } from '../common/problem';
import { providers } from './providers';

it('is tested with every provider', () => {
  expect(wires.map(([name]) => name)).toEqual(Object.keys(providers));
});

describe.each(wires)('behind %s', (provider, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  beforeEach(async () => (server = await startServer(wire)));
  afterEach(() => server.close());

  const model = (settings: Partial<Config> = {}, url = server.url) => modelAt(url, wire, settings);

  describe('the text of an answer', () => {
    it('is what the model wrote, to the letter', async () => {
      server.says('  <b>Hola</b>\u200b ñ 👋 ');

      expect(await model().generate({ prompt: 'Qui ets?' })).toBe('  <b>Hola</b>\u200b ñ 👋 ');
    });

    it('is asked of the server itself, whatever proxies the environment names', async () => {
      const proxy = await startServer(wire);
      const before = { ...process.env };
      Object.assign(process.env, {
        http_proxy: proxy.url,
        HTTP_PROXY: proxy.url,
        all_proxy: proxy.url,
        no_proxy: '',
        NO_PROXY: '',
      });
      try {
        await model().generate({ prompt: 'Hi' });
      } finally {
        process.env = before;
        await proxy.close();
      }
      expect(server.requests).toHaveLength(1);
      expect(proxy.requests).toHaveLength(0);
    });

    it.each([
      ['empty', ''],
      ['60,000 characters', 'a'.repeat(60_000)],
    ])('may be %s', async (_, text) => {
      server.says(text);
      await expect(model().generate({ prompt: 'Hi' })).resolves.toBe(text);
    });

    it('is read whatever type the server says it has', async () => {
      server.misbehaves(
        (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end(JSON.stringify(wire.whole('Hi'))),
      );
      await expect(model().generate({ prompt: 'Hi' })).resolves.toBe('Hi');
    });
  });

  describe('a server that', () => {
    const expected: Record<Misbehaviour, ProblemType> = {
      'never answers': 'model-too-slow',
      'sends headers and never a body': 'model-too-slow',
      'drips a byte at a time': 'model-too-slow',
      'cuts the connection': 'model-unavailable',
      'cuts the connection in the middle of its answer': 'model-unavailable',
      'ends the connection before the length it announced': 'model-unavailable',
      'does not speak HTTP': 'model-answer-invalid',
      'fails with 500': 'model-unavailable',
      'fails with 502 in HTML': 'model-unavailable',
      'is busy': 'model-unavailable',
      'limits the rate': 'model-unavailable',
      'refuses the request': 'model-answer-invalid',
      'wants a login': 'model-answer-invalid',
      'knows no such address': 'model-answer-invalid',
      'knows no such thing, in JSON': 'model-answer-invalid',
      redirects: 'model-answer-invalid',
      'redirects with 308': 'model-answer-invalid',
      'answers 201': 'model-answer-invalid',
      'answers nothing': 'model-answer-invalid',
      'answers an empty body': 'model-answer-invalid',
      'answers HTML': 'model-answer-invalid',
      'answers half of the JSON': 'model-answer-invalid',
      'answers a stream': 'model-answer-invalid',
      'answers an array': 'model-answer-invalid',
      'answers null': 'model-answer-invalid',
      'answers a string': 'model-answer-invalid',
      'answers an error with status 200': 'model-answer-invalid',
      'answers text and an error': 'model-answer-invalid',
      'answers without text': 'model-answer-invalid',
      'answers a number for a text': 'model-answer-invalid',
      'answers null for a text': 'model-answer-invalid',
      'answers an object for a text': 'model-answer-invalid',
      'answers 20,000 levels of JSON': 'model-answer-invalid',
      'answers bytes that are not UTF-8': 'model-answer-invalid',
      'answers compressed, unasked': 'model-answer-invalid',
      'answers 10 MB': 'model-answer-invalid',
      'announces 10 MB and sends one byte': 'model-unavailable',
      'answers 1 MB of headers': 'model-answer-invalid',
    };
    const slow = Object.entries(expected).filter(([, type]) => type === 'model-too-slow');

    it.each(Object.entries(expected))(
      '%s: %s, asked once, and nothing it or the caller wrote gets out',
      async (how, type) => {
        server.misbehaves(misbehavioursOf(wire)[how as Misbehaviour]);
        // in half a second a drip has sent some 25 bytes; everything else has long failed by itself
        const seconds = slow.some(([name]) => name === how) ? 0.5 : 20;

        const problem = await problemOf(
          model({ LLM_TIMEOUT_SECONDS: seconds }).generate({ prompt: 'the-prompt', system: 'the-system' }),
        );

        expect(problem.type).toBe(type);
        expect(server.requests).toHaveLength(1);
        const said = inspect(problem, { depth: null }); // with the cause, which is logged
        for (const secret of [RAW, 'the-prompt', 'the-system', 'the-key-of-the-team']) expect(said).not.toContain(secret);
        expect(problem.detail).not.toMatch(/undefined|\[object|maxContentLength/);
        expect(problem.cause).toBeInstanceOf(Error);
      },
    );

    it('does not know the model: what to do', async () => {
      const problem = await problemOf(model({ LLM_MODEL: 'llama9:1b' }).generate({ prompt: 'Hi' }));

      expect(problem).toMatchObject({
        type: 'model-missing',
        status: 503,
        detail: expect.stringMatching(provider === 'ollama' ? /ollama pull llama9:1b/ : /LLM_MODEL .*llama9:1b/),
      });
    });

    it('is not there: model-unavailable', async () => {
      await server.close();

      const problem = await problemOf(model().generate({ prompt: 'Hi' }));

      expect(problem).toMatchObject({
        type: 'model-unavailable',
        detail: expect.stringContaining('the connection is refused'),
      });
    });

    it('has a name nobody knows: model-unavailable', async () => {
      // .invalid never resolves (RFC 2606); a resolver that cannot be reached at all says so with another code
      const problem = await problemOf(model({}, 'http://server.invalid:11434').generate({ prompt: 'Hi' }));

      expect(problem.type).toBe('model-unavailable');
    });
  });

  describe('a connection that does not come about', () => {
    let silent: Server;
    const sockets: Socket[] = [];
    beforeEach(async () => {
      silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });

    it('is given up long before a slow answer would be', async () => {
      // A server that accepts and never shakes hands: the connection is not made, at the level of TLS.
      const host = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;

      const problem = await problemOf(model({ LLM_TIMEOUT_SECONDS: 3600 }, host).generate({ prompt: 'Hi' }));

      expect(problem).toMatchObject({ type: 'model-unavailable', detail: expect.stringContaining('no connection in time') });
    });

    it('is not confused with an answer that takes its time', async () => {
      let answer: () => void = () => undefined;
      server.misbehaves((_req, res) => void (answer = () => res.end(JSON.stringify(wire.whole('at last')))));
      jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
      try {
        const text = model({ LLM_TIMEOUT_SECONDS: 3600 }).generate({ prompt: 'Hi' });
        await server.received(1);
        jest.advanceTimersByTime(60_000); // the two seconds for connecting are long over
        answer();
        await expect(text).resolves.toBe('at last');
      } finally {
        jest.useRealTimers();
      }
    });
  });

  describe('a caller that leaves', () => {
    it('stops the model', async () => {
      const stopped = new Promise<void>((resolve) =>
        server.misbehaves((_req, res) => (hang(res), void res.once('close', resolve))),
      );
      const caller = new AbortController();

      const answer = expect(model().generate({ prompt: 'Hi', signal: caller.signal })).rejects.toBe('left');
      await server.received(1);
      caller.abort('left');

      await answer;
      await stopped;
    });

    it('before the model was asked leaves it alone', async () => {
      const answer = model().generate({ prompt: 'Hi', signal: AbortSignal.abort('left') });

      await expect(answer).rejects.toBe('left');
      expect(server.requests).toHaveLength(0);
    });
  });

  it('answers many at once, each its own, some failing', async () => {
    server.misbehaves((_req, res, body) => {
      const nth = Number(/question (\d+)/.exec(body)![1]);
      if (nth % 3 === 0) return reset(res);
      res.end(JSON.stringify(wire.whole(`to ${nth}`)));
    });
    const all = Array.from({ length: 30 }, (_, i) => model().generate({ prompt: `question ${i}` }));

    const answers = await Promise.all(all.map((answer) => answer.catch((problem: Problem) => problem.type)));

    expect(answers).toEqual(answers.map((_, i) => (i % 3 === 0 ? 'model-unavailable' : `to ${i}`)));
  });
});
