import { NoAnswer } from './providers/provider';

type Bytes = AsyncIterable<Buffer>;

/** All of a body of at most `maxBytes`, as text. @throws NoAnswer */
export async function textOfBody(body: Bytes, maxBytes: number): Promise<string> {
  let text = '';
  for await (const part of decoded(body, maxBytes)) text += part;
  return text;
}

/** A body of at most `maxBytes`, line by line, without the line breaks; each line when it is whole. @throws NoAnswer */
export async function* linesOfBody(body: Bytes, maxBytes: number): AsyncGenerator<string, void> {
  let line = '';
  for await (const part of decoded(body, maxBytes)) {
    const [end, ...others] = part.split('\n'); // of the part alone: a line in a million parts is looked at once
    line += end;
    for (const next of others) {
      yield line;
      line = next;
    }
  }
  if (line !== '') yield line;
}

async function* decoded(body: Bytes, maxBytes: number): AsyncGenerator<string, void> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Buffer): string => {
    try {
      return utf8.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new NoAnswer('something that is not UTF-8');
    }
  };
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong();
    yield decode(chunk);
  }
  yield decode();
}

export const tooLong = (): NoAnswer => new NoAnswer('more than 64 KB (ask for fewer tokens)');
