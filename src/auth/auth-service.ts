import { createHash } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { HttpService } from '@nestjs/axios';
import { LRUCache } from 'lru-cache';
import { firstValueFrom } from 'rxjs';
import { type AuthWay, authUnavailable, idFrom, isAdminRole, NotAnAdmin } from './auth-way';
import type { Principal } from './principal';

/** What the service said of a token. A verdict holds no token. */
type Verdict = Principal | 'unknown' | { role: 'none'; id?: string };

interface Question {
  readonly token: string;
  readonly mayAsk?: () => void;
}

/** Tests make these smaller. */
export const authServiceLimits = {
  /** Milliseconds for everything: waiting for a socket, connecting, the last byte of the answer. */
  timeoutMs: 2_000,
  /** Milliseconds an admin is remembered. With the time the answer may take, whoever is revoked is out within 60 seconds. */
  adminTtlMs: 58_000,
  /** Milliseconds a refusal is remembered; short, because the remedy (a new role, a new session) should show at once. */
  refusalTtlMs: 5_000,
  /** Tokens remembered, the least recently used forgotten first: a flood of made-up tokens costs no more memory than this. */
  maxEntries: 10_000,
  maxAnswerBytes: 64 * 1024,
  /** Connections to the auth service at a time; further questions wait, within `timeoutMs`. */
  maxSockets: 50,
};

/**
 * An existing auth service: `GET {url}/users/me` with the caller's bearer token answers 200 `{id, role, …}`, or 401, 403 or 404 for
 * a token it does not accept. Any other outcome lets nobody in (`auth-unavailable`), and is not remembered. Redirects are not
 * followed and proxies of the environment not used: either would hand the token to somebody else.
 */
export function authService(
  url: string,
  client: HttpService,
  limits = authServiceLimits,
  now = () => performance.now(),
): AuthWay {
  // No keep-alive: a connection the other side has just closed would turn into a refusal, and the cache makes calls rare.
  const sockets = { keepAlive: false, maxSockets: limits.maxSockets };
  const httpAgent = new http.Agent(sockets);
  const httpsAgent = new https.Agent(sockets);

  const ask = async (token: string): Promise<Verdict> => {
    const signal = AbortSignal.timeout(limits.timeoutMs);
    const request = client.request<Buffer>({
      url: `${url}/users/me`,
      // identity: the answer is measured as it arrives, there is nothing to inflate
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json', 'Accept-Encoding': 'identity' },
      decompress: false,
      responseType: 'arraybuffer',
      maxContentLength: limits.maxAnswerBytes,
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      signal,
      httpAgent,
      httpsAgent,
    });
    const { status, data } = await firstValueFrom(request).catch((error: { code?: string }) => {
      // an AxiosError carries the request with its headers: only its code may leave this function
      throw authUnavailable(signal.aborted ? 'no answer in time' : (error.code ?? 'no answer'));
    });
    if ([401, 403, 404].includes(status)) return 'unknown';
    if (status !== 200) throw authUnavailable(`answered ${status}`);
    return verdictOf(data);
  };

  // fetch() asks once however many requests wait for the same token. The token travels in the context, which is gone with the
  // question; what stays is its SHA-256 and the verdict.
  const verdicts = new LRUCache<string, Verdict, Question>({
    max: limits.maxEntries,
    ttl: limits.refusalTtlMs,
    ttlResolution: 0,
    perf: { now },
    ignoreFetchAbort: true, // pushed out of the cache while being asked: whoever waits still gets the answer
    fetchMethod: async (_digest, _stale, { context: { token, mayAsk }, options }) => {
      mayAsk?.();
      const verdict = await ask(token);
      options.ttl = verdict !== 'unknown' && verdict.role === 'admin' ? limits.adminTtlMs : limits.refusalTtlMs;
      return verdict;
    },
  });

  return {
    name: 'auth-service',
    authenticate: async (token, mayAsk) => {
      const digest = createHash('sha256').update(token).digest('base64');
      const verdict = await verdicts.forceFetch(digest, { context: { token, mayAsk } });
      if (verdict === 'unknown') return undefined;
      if (verdict.role === 'none')
        throw new NotAnAdmin(verdict.id === undefined ? undefined : { id: verdict.id, via: 'auth-service' });
      return verdict;
    },
  };
}

function verdictOf(data: Buffer): Verdict {
  const user = parsed(data);
  if (typeof user !== 'object' || user === null || Array.isArray(user)) throw authUnavailable('answered no JSON object');
  const { id, role } = user as { id?: unknown; role?: unknown };
  const known = idFrom(id);
  if (!isAdminRole(role)) return { role: 'none', id: known };
  if (known === undefined) throw authUnavailable('answered no usable id');
  return { id: known, role: 'admin', via: 'auth-service' };
}

function parsed(data: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    throw authUnavailable('answered no JSON');
  }
}
