import type * as http from 'node:http';
import type * as https from 'node:https';
import type { HttpService } from '@nestjs/axios';
import { type AxiosError, type AxiosResponse } from 'axios';
import { firstValueFrom } from 'rxjs';
import { retryAfterSeconds } from '../../common/retry-after';
import type { Outcome } from './transport';

const MAX_ANSWER_BYTES = 64 * 1024;

/** An HTTP answer: its status, when it asks to be left alone until, and its body. */
export interface Answer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly body: Buffer;
}
type Unavailable = Extract<Outcome, { kind: 'unavailable' }>;

interface Post {
  readonly url: string;
  /** JSON. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
  /** For everything together, to the last byte. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Nothing was sent: there was no connection, or none to whom it should be. */
const NOT_REACHED = /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EPROTO$|CERT_|.*CERT|ERR_TLS_|UNABLE_TO_)/;

/**
 * Posts JSON. Redirects are not followed and proxies of the environment not used: either would hand what is sent to somebody else. What the
 * far side answers goes into no log.
 */
export async function post(
  client: HttpService,
  { signal, timeoutMs, body, headers, ...to }: Post,
): Promise<Answer | Unavailable> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const request = client.request<Buffer>({
    ...to,
    method: 'POST',
    data: body,
    // identity: the answer is measured as it arrives, there is nothing to inflate
    headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/json', 'Accept-Encoding': 'identity' },
    decompress: false,
    responseType: 'arraybuffer',
    maxContentLength: MAX_ANSWER_BYTES,
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
    signal: AbortSignal.any([signal, deadline]),
  });
  try {
    const { status, headers: answered, data } = await firstValueFrom(request);
    return { status, retryAfterSeconds: retryAfterSeconds(answered['retry-after']), body: data };
  } catch (error) {
    // an AxiosError carries the request with what is sent: only our own words and its code may leave this function
    if (signal.aborted) return unavailable('cut off, because the sender stops', true);
    if (deadline.aborted) return unavailable(`no answer within ${timeoutMs / 1000} s`, true);
    const { code, message } = error as AxiosError<AxiosResponse>;
    if (/ is not allowed\. Because/.test(message)) return unavailable('the address is private: see EGRESS_ALLOW', false);
    return unavailable(code ?? 'the connection failed', NOT_REACHED.test(code ?? ''));

    function unavailable(error: string, reached: boolean): Unavailable {
      return { kind: 'unavailable', error, reached };
    }
  }
}

/** Statuses that say of what was sent that it will never be taken. Every other refusal is about the caller, the address or the moment. */
const REFUSED = new Set([400, 413, 422]);

/** What an answer means for whatever was posted. */
export function outcomeOf({ status, retryAfterSeconds }: Pick<Answer, 'status' | 'retryAfterSeconds'>): Outcome {
  const error = `HTTP ${status}`;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (REFUSED.has(status)) return { kind: 'failed', error, retry: false };
  return { kind: 'unavailable', error, reached: true, retryAfterSeconds };
}
