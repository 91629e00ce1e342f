import * as fc from 'fast-check';
import type { EventStream } from '../common/event-stream';
import type { GenerateRequest, LanguageModel } from './language-model';
import { Problem } from '../common/problem';
import { TextService } from './text.service';

/** A model that writes these pieces; an error is thrown, a promise waited for. */
class WritingModel implements LanguageModel {
  isReturned = false;

  constructor(private readonly pieces: readonly (string | Error | Promise<string>)[]) {}

  async generate(): Promise<string> {
    let text = '';
    for await (const piece of this.stream({ prompt: 'Hi' })) text += piece;
    return text;
  }

  async *stream(_request: GenerateRequest): AsyncGenerator<string, void> {
    try {
      for (const piece of this.pieces) {
        if (piece instanceof Error) throw piece;
        yield await piece;
      }
    } finally {
      this.isReturned = true;
    }
  }
}

const sent = async (stream: Promise<EventStream>): Promise<string[]> => {
  const all: string[] = [];
  for await (const event of (await stream).all()) all.push(event);
  return all;
};
const streamed = (...pieces: (string | Error | Promise<string>)[]) =>
  sent(new TextService(new WritingModel(pieces)).stream({ prompt: 'Hi' }));
const token = (text: string) => `event: token\ndata: ${JSON.stringify({ text })}\n\n`;
const done = (text: string) => `event: done\ndata: ${JSON.stringify({ text })}\n\n`;

it('streams each piece as a token, and the whole at the end', async () => {
  expect(await streamed('Bon', ' dia,\n', '<b>món</b>')).toEqual([
    token('Bon'),
    token(' dia,\n'),
    token('<b>món</b>'),
    done('Bon dia,\n<b>món</b>'),
  ]);
});

it('streams nothing but the end where nothing is written, or nothing that can be seen', async () => {
  expect(await streamed()).toEqual([done('')]);
  expect(await streamed('\u200b', '\u{e0041}', '\u0007')).toEqual([done('')]);
});

it.each([
  ['a character', ['a\ud83d', '\udc4bb'], ['a', '👋b']],
  ['half a character that never becomes whole', ['a\ud83d', 'b\udc4b', 'c\ud83d'], ['a', 'b', 'c']],
  ['a tag character', ['a\udb40', '\udc41b'], ['a', 'b']],
  ['a line break', ['a\r', '\nb\r', 'c\r'], ['a', '\nb', '\nc', '\n']],
  ['a sequence of invisible ones', ['a\u200b\u{e0001}', '\u{e0041}\ufe0f', '\u200d\u{e007f}b'], ['a', 'b']],
])('streams what can be seen where %s is in two pieces', async (_, pieces, tokens) => {
  expect(await streamed(...pieces)).toEqual([...tokens.map(token), done(tokens.join(''))]);
});

it('streams what the whole answer would be, wherever the pieces end', async () => {
  const nasty = fc.constantFrom(
    '\r',
    '\n',
    '\t',
    '\ud83d',
    '\udc4b',
    '\u200b',
    '\u{e0041}',
    '\u0000',
    '\u2028',
    'a',
    '👋',
    '<b>',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(nasty, { maxLength: 4 }).map((parts) => parts.join(''))), async (pieces) => {
      const { text } = await new TextService(new WritingModel(pieces)).generate({ prompt: 'Hi' });

      const events = await streamed(...pieces);

      expect(events.at(-1)).toBe(done(text));
      const tokens = events.slice(0, -1).map((event) => (JSON.parse(event.split('data: ')[1]) as { text: string }).text);
      expect(tokens.join('')).toBe(text);
      expect(text).not.toMatch(/[\p{Cs}\r\t\0\u200b\u{e0041}]/u);
    }),
  );
});

it('is refused where the model fails before it writes; later the stream breaks', async () => {
  const fault = new Problem('model-unavailable', 'It is away.');

  await expect(new TextService(new WritingModel([fault])).stream({ prompt: 'Hi' })).rejects.toBe(fault);
  const events = (await new TextService(new WritingModel(['Bon', fault])).stream({ prompt: 'Hi' })).all();
  expect((await events.next()).value).toBe(token('Bon'));
  await expect(events.next()).rejects.toBe(fault);
});

it('says every ten seconds that the model is at work, until it writes', async () => {
  jest.useFakeTimers();
  try {
    let write: (text: string) => void = () => undefined;
    const waiting = new Promise<string>((resolve) => (write = resolve));
    const stream = streamed(waiting, 'dia');

    await jest.advanceTimersByTimeAsync(29_999);
    write('Bon ');

    expect(await stream).toEqual([
      ...Array<string>(2).fill(': the model is at work\n\n'),
      token('Bon '),
      token('dia'),
      done('Bon dia'),
    ]);
  } finally {
    jest.useRealTimers();
  }
});

it('stops the model with the stream', async () => {
  const model = new WritingModel(['Bon', ' dia']);
  const events = (await new TextService(model).stream({ prompt: 'Hi' })).all();
  await events.next();

  await events.return();

  expect(model.isReturned).toBe(true);
});
