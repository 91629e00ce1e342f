import type { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import { isAxiosError } from 'axios';
import { firstValueFrom } from 'rxjs';
import { currentTrace, traceHeaders } from '../common/trace';
import type { Config } from '../config/config';
import { linesOfBody, textOfBody, tooLong } from './answer-bytes';
import { agentsConnectingWithin } from './connect-timeout';
import { DEFAULT_MAX_TOKENS, type GenerateRequest, type LanguageModel } from './language-model';
import { invalid, loginRefused, missing, overloaded, unanswered } from './model-problems';
import { Patience } from './patience';
import { providers } from './providers';
import { jsonObject, jsonObjectOrNot, NoAnswer, type Provider, type Question } from './providers/provider';

const CONNECT_TIMEOUT_MS = 2_000;
/** Between two pieces of text. The first may take as long as the whole: it is when a model is loaded. */
const MAX_SILENCE_SECONDS = 20;
/** Of a whole answer; of a streamed one, of its text. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** A streamed token comes with some 200 bytes around it, and 4,096 of them may be asked for. */
const MAX_STREAM_BYTES = 4 * 1024 * 1024;

/**
 * A model that is asked over HTTP. Redirects are not followed and proxies of the environment not used: either would hand the prompt, and
 * the key, to somebody else. What the server or the model sent goes neither into a problem nor into a log.
 */
export class RemoteLanguageModel implements LanguageModel {
  private readonly agents = agentsConnectingWithin(CONNECT_TIMEOUT_MS);
  private readonly provider: Provider;

  constructor(
    private readonly http: HttpService,
    private readonly config: Config,
  ) {
    this.provider = providers[config.LLM_PROVIDER];
  }

  async generate(request: GenerateRequest): Promise<string> {
    let text = '';
    for await (const piece of this.answer(request, false)) text += piece;
    return text;
  }

  stream(request: GenerateRequest): AsyncGenerator<string, void> {
    return this.answer(request, true);
  }

  private async *answer(
    { signal, max_tokens = DEFAULT_MAX_TOKENS, ...asked }: GenerateRequest,
    streams: boolean,
  ): AsyncGenerator<string, void> {
    const patience = new Patience(this.config.LLM_TIMEOUT_SECONDS, signal);
    let body: Readable | undefined;
    try {
      body = await this.ask({ ...asked, max_tokens }, streams, patience.signal);
      if (streams) yield* this.pieces(body, patience);
      else yield this.provider.textOf(jsonObject(await textOfBody(body, MAX_ANSWER_BYTES)));
    } catch (error) {
      throw patience.signal.aborted ? patience.signal.reason : this.problemOf(error);
    } finally {
      patience.end();
      body?.destroy(); // and the connection with it: a model that nobody listens to stops
    }
  }

  /** @returns the body of the answer, of which nothing has been read. @throws whatever kept it from being an answer with 200 */
  private async ask(question: Question, streams: boolean, signal: AbortSignal): Promise<Readable> {
    const { url, headers, body } = this.provider.call(question, streams, this.config);
    const request = this.http.request<Readable>({
      method: 'POST',
      url,
      data: body,
      // identity: the answer is measured as it arrives, there is nothing to inflate
      headers: {
        Accept: streams ? '*/*' : 'application/json',
        'Accept-Encoding': 'identity',
        ...headers,
        ...traceHeaders(currentTrace()),
      },
      decompress: false,
      responseType: 'stream',
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      signal,
      ...this.agents,
    });
    const { status, data } = await firstValueFrom(request);
    data.on('error', () => undefined); // told to whoever reads it; when nobody does any more, to nobody
    const stop = () => void data.destroy();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    if (status === 200) return data;
    try {
      throw await this.refusal(status, data);
    } finally {
      data.destroy();
    }
  }

  private async refusal(status: number, body: Readable): Promise<Error> {
    const { provider } = this;
    if (status >= 500 || status === 429) return overloaded(provider, status);
    if (status === 401 || status === 403) return loginRefused(provider, status);
    const answer = status === 404 ? jsonObjectOrNot(await textOfBody(body, MAX_ANSWER_BYTES)) : undefined;
    if (answer && provider.isModelMissing(answer)) return missing(provider, this.config.LLM_MODEL);
    return new NoAnswer(`HTTP ${status}`);
  }

  private async *pieces(body: Readable, patience: Patience): AsyncGenerator<string, void> {
    let bytes = 0;
    for await (const line of linesOfBody(body, MAX_STREAM_BYTES)) {
      const piece = this.provider.pieceOf(line);
      if (!piece) continue;
      if (piece.text !== '') {
        bytes += Buffer.byteLength(piece.text);
        if (bytes > MAX_ANSWER_BYTES) throw tooLong();
        patience.hasCome(); // and waits while the piece is taken: that may be slow, and is no fault of the model
        yield piece.text;
        patience.expectWithin(MAX_SILENCE_SECONDS);
      }
      if (piece.isLast) return;
    }
    throw new NoAnswer('half an answer');
  }

  /** An error of axios carries the request with the prompt and the key: only its code leaves. */
  private problemOf(error: unknown): unknown {
    if (error instanceof NoAnswer) return invalid(this.provider, error.message);
    const { code } = error as { code?: unknown };
    if (isAxiosError(error) || typeof code === 'string')
      return unanswered(this.provider, typeof code === 'string' ? code : 'no code');
    return error;
  }
}
