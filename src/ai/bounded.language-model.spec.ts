import { Logger } from '@nestjs/common';
import { Measures } from '../common/measures';
import { Problem } from '../common/problem';
import { BoundedLanguageModel, modelLimits } from './bounded.language-model';
import type { GenerateRequest, LanguageModel } from './language-model';
import { busy, tooSlow } from './model-problems';

/** A model whose answers a test gives, one at a time. */
class ScriptedModel implements LanguageModel {
  readonly asked: { prompt: string; answer(text: string): void; fail(error: unknown): void }[] = [];

  generate({ prompt, signal }: GenerateRequest): Promise<string> {
    return new Promise((answer, fail) => {
      this.asked.push({ prompt, answer, fail });
      signal?.addEventListener('abort', () => fail(signal.reason as Error));
    });
  }

  async *stream(request: GenerateRequest): AsyncGenerator<string, void> {
    yield await this.generate({ ...request, prompt: `${request.prompt} streamed` });
    yield await this.generate({ ...request, prompt: `${request.prompt} streamed on` });
  }

  prompts = () => this.asked.map(({ prompt }) => prompt);
  /** Answers what is asked last. */
  says = (text: string) => this.asked.at(-1)!.answer(text);
  fails = (error: unknown) => this.asked.at(-1)!.fail(error);
}

beforeAll(() => Logger.overrideLogger(false));

let model: ScriptedModel;
let bounded: BoundedLanguageModel;
beforeEach(() => {
  jest.useFakeTimers();
  model = new ScriptedModel();
  bounded = new BoundedLanguageModel(model, { LLM_TIMEOUT_SECONDS: 60 }, new Measures(), { add: () => undefined });
});
afterEach(() => void jest.useRealTimers());

const settle = () => jest.advanceTimersByTimeAsync(0);
const ask = (prompt: string, signal?: AbortSignal) => {
  const answer = bounded.generate({ prompt, signal });
  answer.catch(() => undefined);
  return answer;
};
const typeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: unknown) => (error instanceof Problem ? error.type : error),
  );
const away = () => new Problem('model-unavailable', 'It is away.');

describe('turns', () => {
  it('are two at a time, streams and whole answers together, first come first served', async () => {
    const stream = bounded.stream({ prompt: 'a' });
    const piece = stream.next();
    for (const prompt of ['b', 'c', 'd']) void ask(prompt);
    await settle();
    expect(model.prompts()).toEqual(['a streamed', 'b']);

    model.asked[1].answer('done');
    await settle();
    expect(model.prompts()).toEqual(['a streamed', 'b', 'c']);

    model.asked[0].answer('Bon');
    expect((await piece).value).toBe('Bon');
    const next = stream.next();
    await settle();
    expect(model.prompts().slice(3)).toEqual(['a streamed on']); // the stream goes on, and still has its turn
    model.says(' dia');
    await next;
    expect((await stream.next()).done).toBe(true);
    await settle();
    expect(model.prompts().slice(4)).toEqual(['d']);
  });

  it('are waited for by twenty; the next is told at once', async () => {
    const answers = Array.from({ length: 22 }, (_, i) => ask(String(i)));
    await settle();

    expect(await typeOf(ask('one too many'))).toBe('model-busy');
    expect(await typeOf(bounded.stream({ prompt: 'one too many' }).next())).toBe('model-busy');
    model.says('done');
    await settle();
    void ask('fits again');
    for (let i = 0; i < model.asked.length; i++) {
      model.asked[i].answer('done');
      await settle();
    }
    expect(await Promise.all(answers)).toEqual(Array(22).fill('done'));
    expect(model.prompts().at(-1)).toBe('fits again');
  });

  it('are waited for half as long as an answer', async () => {
    void ask('a');
    void ask('b');
    const waits = typeOf(ask('c'));
    await jest.advanceTimersByTimeAsync(29_999);
    expect(model.prompts()).toEqual(['a', 'b']);
    await jest.advanceTimersByTimeAsync(1);

    expect(await waits).toBe('model-busy');
    model.asked[0].answer('done');
    await settle();
    expect(model.prompts()).toEqual(['a', 'b']); // it is not asked for whoever was sent away
    void ask('d');
    await settle();
    expect(model.prompts()).toEqual(['a', 'b', 'd']);
  });

  it('are not kept for whoever leaves, waiting or not', async () => {
    const [first, waiting] = [new AbortController(), new AbortController()];
    const answers = [ask('a', first.signal), ask('b'), ask('c', waiting.signal), ask('d')].map(typeOf);
    await settle();

    waiting.abort('left');
    first.abort('left');
    await settle();

    expect(model.prompts()).toEqual(['a', 'b', 'd']);
    expect([await answers[0], await answers[2]]).toEqual(['left', 'left']);
    expect(await typeOf(ask('e', AbortSignal.abort('left before')))).toBe('left before');
  });

  it('end with a stream that is not read to its end', async () => {
    for (let i = 0; i < 5; i++) {
      const stream = bounded.stream({ prompt: String(i) });
      const first = stream.next();
      await settle();
      model.says('Bon');
      await first;
      await stream.return();
    }
    void ask('a');
    void ask('b');
    await settle();
    expect(model.prompts().slice(-2)).toEqual(['a', 'b']);
  });
});

describe('a model that fails', () => {
  const fail = async (error: unknown, times = 1) => {
    for (let i = 0; i < times; i++) {
      const answer = typeOf(i % 2 === 0 ? ask('a') : bounded.stream({ prompt: 'a' }).next());
      await settle();
      model.fails(error);
      await answer;
    }
  };

  it.each([
    ['is away', away()],
    ['is too slow', tooSlow(60)],
  ])('because it %s, five times in a row, is left alone, and then asked once', async (_, error) => {
    await fail(error, modelLimits.failures);
    const asked = model.asked.length;

    expect(await typeOf(ask('b'))).toBe('model-unavailable');
    expect(await typeOf(bounded.stream({ prompt: 'b' }).next())).toBe('model-unavailable');
    expect(model.asked).toHaveLength(asked);

    await jest.advanceTimersByTimeAsync(10_000);
    const [trial, other] = [ask('trial'), ask('other')];
    await settle();
    expect(model.prompts().slice(asked)).toEqual(['trial']);
    model.says('here again');
    await settle();
    model.says('too');
    expect(await Promise.all([trial, other])).toEqual(['here again', 'too']);
  });

  it('is left alone again where it fails that once', async () => {
    await fail(away(), modelLimits.failures);
    await jest.advanceTimersByTimeAsync(10_000);
    await fail(away());
    const asked = model.asked.length;

    expect(await typeOf(ask('b'))).toBe('model-unavailable');
    expect(model.asked).toHaveLength(asked);
  });

  it('is asked again where it answers in between', async () => {
    await fail(away(), modelLimits.failures - 1);
    const answer = ask('b');
    await settle();
    model.says('Hi');
    await answer;
    await fail(away(), modelLimits.failures - 1);

    void ask('c');
    await settle();
    expect(model.prompts().at(-1)).toBe('c');
  });

  it.each([
    ['an answer that is none', new Problem('model-answer-invalid', 'No.')],
    ['a model that is not installed', new Problem('model-missing', 'No.')],
    ['callers who leave', new DOMException('left', 'AbortError')],
    ['too many callers', busy()],
  ])('is not left alone for %s', async (_, error) => {
    await fail(error, 3 * modelLimits.failures);
    void ask('b');
    await settle();
    expect(model.prompts().at(-1)).toBe('b');
  });
});
