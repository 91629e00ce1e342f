import type { Readable } from 'node:stream';
import axios, { type AxiosError } from 'axios';
import { EGRESS_REFUSED, type EgressAgents } from '../common/egress';
import { retryAfterSeconds } from '../common/retry-after';
import { name, version } from '../version';

/** What came of one request. */
export interface CallOutcome {
  /** Null where there was no answer. */
  httpStatus: number | null;
  /** Why there was none, or what is wrong with it beyond its status. */
  error: string | null;
  retryAfter?: number;
}

/** Tests make these smaller. */
export const callLimits = {
  /** For everything: finding the address, connecting, the status of the answer. */
  timeoutMs: 20_000,
  /** What is read of the answer, so that a decent server is not cut off; nothing of it is looked at or kept. */
  answerBytes: 4096,
};

/**
 * Posts it. Redirects are not followed and proxies of the environment not used: the body is for the address that was saved. Never throws; where
 * `signal` ended it, nothing is known of what became of it.
 */
export async function callWebhook(
  url: string,
  body: string,
  headers: Record<string, string>,
  agents: EgressAgents,
  signal: AbortSignal,
  { timeoutMs, answerBytes } = callLimits,
): Promise<CallOutcome> {
  const cut = new AbortController();
  const stop = () => cut.abort();
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const answer = await axios.request<Readable>({
      ...agents,
      url,
      method: 'POST',
      data: Buffer.from(body),
      headers: {
        ...headers,
        'Content-Type': 'application/json',
        'User-Agent': `${name}/${version}`,
        'Accept-Encoding': 'identity',
      },
      decompress: false,
      responseType: 'stream',
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      signal: cut.signal,
    });
    await drained(answer.data, answerBytes);
    const { status } = answer;
    return {
      httpStatus: status,
      error: status >= 300 && status < 400 ? 'It redirects, and redirects are not followed.' : null,
      retryAfter: retryAfterSeconds(answer.headers['retry-after']),
    };
  } catch (error) {
    const { code, message } = error as AxiosError;
    if (cut.signal.aborted) return { httpStatus: null, error: `No answer within ${timeoutMs / 1000} seconds.` };
    if (code === EGRESS_REFUSED)
      return { httpStatus: null, error: 'It leads to a private address, and EGRESS_ALLOW does not name it.' };
    return { httpStatus: null, error: `No answer: ${code ?? message}`.slice(0, 200) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Reads so many bytes, or to the end, and no further. What goes wrong here does not matter: the status has been read. */
async function drained(answer: Readable, bytes: number): Promise<void> {
  let read = 0;
  try {
    for await (const piece of answer) if ((read += (piece as Buffer).length) >= bytes) break;
  } catch {
    // cut off, or too slow
  } finally {
    answer.destroy();
  }
}
