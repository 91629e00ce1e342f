import { Injectable } from '@nestjs/common';
import { comment, EventStream, serverSentEvent } from '../common/event-stream';
import type { GeneratedText } from './ai.dto';
import { type GenerateRequest, LanguageModel } from './language-model';
import { VisiblePieces, visibleText } from './plain-text';

/** A stream says this often that it lives, while the model says nothing. It begins with that or with the first token. */
const HEARTBEAT_MS = 10_000;
/** More than a whole answer comes to: the model is not kept waiting by a client that takes it slowly. */
const READ_AHEAD_BYTES = 4 * 1024 * 1024;

/** What the model writes, for people: what nobody can see is taken out, and nothing else. */
@Injectable()
export class TextService {
  constructor(private readonly model: LanguageModel) {}

  /** @throws whatever LanguageModel throws */
  async generate(request: GenerateRequest): Promise<GeneratedText> {
    return { text: visibleText(await this.model.generate(request)) };
  }

  /** @throws whatever goes wrong before the stream begins; later it is an event */
  stream(request: GenerateRequest): Promise<EventStream> {
    return EventStream.begun(this.events(request), { readAhead: READ_AHEAD_BYTES });
  }

  private async *events(request: GenerateRequest): AsyncGenerator<string> {
    const pieces = this.model.stream(request);
    const visible = new VisiblePieces();
    let whole = '';
    try {
      for (let isDone = false; !isDone;) {
        const next = pieces.next();
        while (!(await settles(next, HEARTBEAT_MS))) yield comment('the model is at work');
        const { done = false, value } = await next;
        isDone = done;
        const text = value === undefined ? visible.end() : visible.add(value);
        if (text === '') continue;
        whole += text;
        yield serverSentEvent('token', JSON.stringify({ text }));
      }
    } finally {
      await pieces.return();
    }
    yield serverSentEvent('done', JSON.stringify({ text: whole } satisfies GeneratedText));
  }
}

/** Whether a promise is settled, one way or the other, within `ms`. */
const settles = (promise: Promise<unknown>, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const settled = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
