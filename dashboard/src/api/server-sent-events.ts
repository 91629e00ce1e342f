/** An event of a stream (HTML Living Standard, section 9.2). */
export interface ServerEvent {
  event: string;
  data: string;
}

/** Makes events of a text that comes in pieces, cut anywhere. */
export class EventParser {
  /** How long to wait before coming back, in milliseconds, where the stream said so. */
  retryMs: number | undefined;
  private line = '';
  private isAfterReturn = false;
  private event = '';
  private data: string[] = [];

  /** The events that this piece completed. */
  feed(piece: string): ServerEvent[] {
    if (piece === '') return [];
    const text = this.isAfterReturn && piece.startsWith('\n') ? piece.slice(1) : piece; // the other half of \r\n
    this.isAfterReturn = piece.endsWith('\r');
    const lines = (this.line + text).split(/\r\n|\n|\r/);
    this.line = lines.pop() ?? '';
    return lines.flatMap((line) => this.take(line) ?? []);
  }

  private take(line: string): ServerEvent | undefined {
    if (line === '') return this.end();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined; // a comment
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    if (field === 'data') this.data.push(value);
    if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  private end(): ServerEvent | undefined {
    const { event, data } = this;
    this.event = '';
    this.data = [];
    return data.length > 0 ? { event: event || 'message', data: data.join('\n') } : undefined;
  }
}

/** Reads the events of an answer as they come. `onBytes`: something came, be it a comment. Ends the stream when it is left. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { parser = new EventParser(), onBytes }: { parser?: EventParser; onBytes?: () => void } = {},
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes?.();
      yield* parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
