import * as fc from 'fast-check';
import { linesOfBody, textOfBody } from './answer-bytes';
import { NoAnswer } from './providers/provider';

async function* chunks(body: Buffer, size = 1): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield await Promise.resolve(body.subarray(at, at + size));
}
const linesOf = async (body: AsyncIterable<Buffer>, maxBytes = 1000): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of linesOfBody(body, maxBytes)) lines.push(line);
  return lines;
};

it('are the same lines in chunks of any size', async () => {
  const texts = fc.array(fc.stringMatching(/^[añ€👋\r]{1,5}$/u), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (lines, size, isEnded) => {
      const body = Buffer.from(lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''));

      expect(await linesOf(chunks(body, size))).toEqual(lines);
      expect(await textOfBody(chunks(body, size), 1000)).toBe(body.toString());
    }),
  );
});

it('come as soon as they are whole', async () => {
  let sent = 0;
  async function* slow(): AsyncGenerator<Buffer> {
    for (const text of ['one\ntw', 'o\n', 'three']) {
      sent++;
      yield await Promise.resolve(Buffer.from(text));
    }
  }
  const lines = linesOfBody(slow(), 1000);

  expect([(await lines.next()).value, sent]).toEqual(['one', 1]);
  expect([(await lines.next()).value, sent]).toEqual(['two', 2]);
  expect([(await lines.next()).value, sent]).toEqual(['three', 3]);
});

it('are read as far as the bound, and no byte beyond', async () => {
  expect(await textOfBody(chunks(Buffer.from('ñ'.repeat(5))), 10)).toBe('ñ'.repeat(5));
  await expect(textOfBody(chunks(Buffer.from('ñ'.repeat(5) + 'a')), 10)).rejects.toThrow(NoAnswer);
  await expect(linesOf(chunks(Buffer.from('a\n'.repeat(6))), 10)).rejects.toThrow(NoAnswer);
});

it('take linear time in 200,000 parts', async () => {
  expect(await linesOf(chunks(Buffer.alloc(200_000, 'a')), 200_000)).toEqual(['a'.repeat(200_000)]);
});
