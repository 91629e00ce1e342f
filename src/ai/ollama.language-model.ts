import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import type { AxiosError } from 'axios';
import { firstValueFrom } from 'rxjs';
import { CONFIG, type Config } from '../config/config';
import { Problem, type ProblemType } from '../common/problem';
import { agentsConnectingWithin } from './connect-timeout';
import { DEFAULT_MAX_TOKENS, type GenerateRequest, LanguageModel } from './language-model';

const CONNECT_TIMEOUT_MS = 2_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Why there was no whole answer, by the code of Node; anything else is "the connection failed". */
const NO_ANSWER: Partial<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name is not known',
  ETIMEDOUT: 'no connection in time',
  ECONNRESET: 'the connection broke off',
  ERR_BAD_RESPONSE: 'the connection broke off', // axios's word for a body that ends early
};

/**
 * Ollama's `POST /api/generate` without streaming (https://docs.ollama.com/api/generate). Redirects are not followed and proxies of the
 * environment not used: either would hand the prompt to somebody else. What Ollama or the model sent goes neither into a problem
 * nor into a log.
 */
@Injectable()
export class OllamaLanguageModel implements LanguageModel {
  private readonly agents = agentsConnectingWithin(CONNECT_TIMEOUT_MS);

  constructor(
    private readonly http: HttpService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async generate({ signal: caller, max_tokens = DEFAULT_MAX_TOKENS, ...asked }: GenerateRequest): Promise<string> {
    // For everything together, to the last byte: an answer that drips in does not extend it.
    const deadline = AbortSignal.timeout(this.config.LLM_TIMEOUT_SECONDS * 1000);
    const request = this.http.request<Buffer>({
      method: 'POST',
      url: `${this.config.OLLAMA_HOST}/api/generate`,
      // What is undefined is not sent. Without num_predict a model may go on until its context is full.
      data: {
        model: this.config.LLM_MODEL,
        prompt: asked.prompt,
        system: asked.system,
        stream: false,
        format: asked.format,
        options: { temperature: asked.temperature, num_predict: max_tokens },
      },
      // identity: the answer is measured as it arrives, there is nothing to inflate
      headers: { Accept: 'application/json', 'Accept-Encoding': 'identity' },
      decompress: false,
      responseType: 'arraybuffer',
      maxContentLength: MAX_ANSWER_BYTES,
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      signal: caller ? AbortSignal.any([deadline, caller]) : deadline,
      ...this.agents,
    });
    const { status, data } = await firstValueFrom(request).catch((error: AxiosError) => {
      // an AxiosError carries the request with the prompt: only its code may leave this function
      if (caller?.aborted) throw failed('model-unavailable', 'The caller left before the model answered.', 'caller left');
      throw deadline.aborted ? tooSlow(this.config.LLM_TIMEOUT_SECONDS) : unanswered(error);
    });
    return this.textOf(status, data);
  }

  private textOf(status: number, data: Buffer): string {
    if (status >= 500 || status === 429) throw overloaded(status);
    const answer = jsonObject(data);
    if (status === 404 && isModelNotFound(answer?.error)) throw missing(this.config.LLM_MODEL);
    if (status !== 200) throw invalid(`HTTP ${status}`);
    if (!answer) throw invalid('something that is no JSON object');
    if ('error' in answer) throw invalid('an error');
    if (answer.done !== true) throw invalid('half an answer');
    if (typeof answer.response !== 'string') throw invalid('no text');
    return answer.response;
  }
}

/** @param reason for the log: our own words or a code, nothing that was sent to us or that a caller wrote. */
const failed = (type: ProblemType, detail: string, reason: string): Problem =>
  new Problem(type, detail, [], { cause: new Error(reason) });

const tooSlow = (seconds: number): Problem => {
  const reason = `no answer within ${seconds} s`;
  const detail = `The model gave ${reason}: ask for less, use a smaller model, or raise LLM_TIMEOUT_SECONDS.`;
  return failed('model-too-slow', detail, reason);
};

const overloaded = (status: number): Problem => {
  const reason = `HTTP ${status}`;
  const detail = `Ollama is overloaded or has failed (${reason}): try again in a while; if it stays so, its log says why.`;
  return failed('model-unavailable', detail, reason);
};

const missing = (model: string): Problem => {
  const detail = `The model ${model} is not installed: run "ollama pull ${model}" where Ollama runs, or set LLM_MODEL to one that is.`;
  return failed('model-missing', detail, `no model ${model}`);
};

const invalid = (what: string): Problem => {
  const detail = `What listens at OLLAMA_HOST answered with ${what}: try again; if it stays so, check that it is Ollama, and its log.`;
  return failed('model-answer-invalid', detail, `answered with ${what}`);
};

function unanswered({ code = 'no code', message }: AxiosError): Problem {
  if (message.startsWith('maxContentLength')) return invalid('more than 64 KB (ask for fewer tokens)');
  if (code.startsWith('HPE_')) return invalid('something that is not HTTP');
  const detail = `Ollama cannot be reached (${NO_ANSWER[code] ?? 'the connection failed'}): check that it runs, and OLLAMA_HOST.`;
  return failed('model-unavailable', detail, code);
}

function jsonObject(data: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** `model 'llama3' not found`; a 404 of anything else is not about the model. */
const isModelNotFound = (error: unknown): boolean => typeof error === 'string' && /^model .*not found/s.test(error);
