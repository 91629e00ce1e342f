import type { BodyOf, CallOptions, Method, OptionsOf, PathOf } from './operations';
import { pause } from './pause';
import { ApiProblem, NoAnswer } from './problem';

const FIRST_PAUSE_MS = 500;
const LONGEST_OWN_PAUSE_MS = 10_000;

export interface ClientSettings {
  /** Where the service is: `https://crm.example`, with a path where it lies behind one. */
  baseUrl: string;
  /** Of an admin or a worker; a function is asked before each request, for tokens that are renewed. */
  token: string | (() => string | Promise<string>);
  /** Instead of the global one. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** How often a GET or POST is sent at most, while there is no answer, or a 429 or 503. Default 5. */
  attempts?: number;
  /** A service that asks for a longer pause than this is not waited for. Default 60. */
  longestPauseSeconds?: number;
  /** For a whole answer; longer than a claim waits. Default 60. */
  timeoutSeconds?: number;
}

type Verb<M extends Method> = <P extends PathOf<M>>(path: P, ...options: OptionsOf<P, M>) => Promise<BodyOf<P, M>>;

/**
 * The service, typed by its API document: `client.post('/notifications/claim', { body: { limit: 10 } })` is the body of the answer.
 * Whatever is no success is thrown: an ApiProblem, or NoAnswer. A GET or POST is repeated before that where it may help; a POST has
 * an Idempotency-Key, so that however often it is sent, it has its effect once. An edit or a removal is not repeated.
 */
export interface Client {
  get: Verb<'get'>;
  post: Verb<'post'>;
  put: Verb<'put'>;
  patch: Verb<'patch'>;
  delete: Verb<'delete'>;
  /** A list page by page, to its end. */
  pages<P extends PathOf<'get'>>(path: P, ...options: OptionsOf<P, 'get'>): AsyncGenerator<BodyOf<P, 'get'>, void>;
  /** The answer itself, for its headers, or to read it as it comes: its body may take longer than `timeoutSeconds`. Cancel the body to leave. */
  response<M extends Method, P extends PathOf<M>>(method: M, path: P, ...options: OptionsOf<P, M>): Promise<Response>;
}

/** What a call may be given, whichever it is. */
interface AnyOptions extends CallOptions {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | string[] | null | undefined>;
  headers?: Record<string, string>;
  body?: unknown;
}

export function createClient(settings: ClientSettings): Client {
  const { baseUrl, token, attempts = 5, longestPauseSeconds = 60, timeoutSeconds = 60 } = settings;
  const base = baseUrl.replace(/(?<!\/)\/+$/, '');

  /** One request and its answer, as `read` takes it in before the time is over. */
  async function once<T>(method: Method, url: string, init: RequestInit, read: Read<T>, caller?: AbortSignal): Promise<T> {
    const over = new AbortController();
    const leave = () => over.abort(caller?.reason);
    if (caller?.aborted) leave();
    caller?.addEventListener('abort', leave);
    const timer = setTimeout(() => over.abort(new Error(`no answer in ${timeoutSeconds} s`)), timeoutSeconds * 1000);
    try {
      const authorization = `Bearer ${typeof token === 'string' ? token : await token()}`;
      const headers = { ...(init.headers as Record<string, string>), authorization };
      // a redirect would make a GET of a POST
      const request = { ...init, method: method.toUpperCase(), headers, redirect: 'manual', signal: over.signal } as const;
      const response = await (settings.fetch ?? fetch)(url, request).catch(noAnswer(method, url));
      if (!response.ok) throw await ApiProblem.of(response);
      return await read(response).catch(noAnswer(method, url));
    } catch (error) {
      caller?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener('abort', leave);
    }
  }

  async function send<T>(method: Method, url: string, options: AnyOptions, read: Read<T>): Promise<T> {
    const { body, signal, idempotencyKey = crypto.randomUUID() } = options;
    const init = {
      headers: {
        ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
        ...options.headers,
        ...(method === 'post' && { 'idempotency-key': idempotencyKey }),
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(method, url, init, read, signal);
      } catch (error) {
        const pauseMs = mayRepeat(method, error) && attempt < attempts ? pauseAfter(error, attempt) : Infinity;
        if (pauseMs > longestPauseSeconds * 1000) throw error;
        await pause(pauseMs, signal);
        signal?.throwIfAborted();
      }
    }
  }

  const address = (path: string, { path: values = {}, query = {} }: AnyOptions = {}): string => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name]));
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      if (value !== undefined && value !== null) search.set(name, String(value));
    return `${base}${filled}${search.size > 0 ? `?${search}` : ''}`;
  };
  const verb = <M extends Method>(method: M) =>
    ((path: string, options: AnyOptions = {}) => send(method, address(path, options), options, bodyOf)) as Verb<M>;

  return {
    get: verb('get'),
    post: verb('post'),
    put: verb('put'),
    patch: verb('patch'),
    delete: verb('delete'),
    response: (method, path, ...[options]) =>
      send(method, address(path, options), options ?? {}, (got) => Promise.resolve(got)),
    async *pages<P extends PathOf<'get'>>(path: P, ...[options]: OptionsOf<P, 'get'>) {
      const first = address(path, options);
      for (let url: string | undefined = first; url !== undefined;) {
        const page: Page = await send('get', url, options ?? {}, async (response) => ({
          body: await bodyOf(response),
          next: /<([^<>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1],
        }));
        yield page.body as BodyOf<P, 'get'>;
        // only its query: the service does not know under which address it is reached from here
        url = page.next && first.split('?', 1)[0] + new URL(page.next, first).search;
      }
    },
  };
}

interface Page {
  body: unknown;
  next: string | undefined;
}
type Read<T> = (response: Response) => Promise<T>;

const bodyOf: Read<unknown> = async (response) => {
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('application/json')) return text === '' ? undefined : text;
  return JSON.parse(text) as unknown;
};

const noAnswer = (method: Method, url: string) => (cause: unknown) => {
  throw new NoAnswer(`${method.toUpperCase()} ${url}: ${String(cause)}`, { cause });
};

/** Only what has its effect once. An edit may have been made: the same one again would be refused, by its If-Match. */
const mayRepeat = (method: Method, error: unknown): boolean =>
  (method === 'get' || method === 'post') && (error instanceof NoAnswer || (error instanceof ApiProblem && error.isPassing));

/** Milliseconds: as long as the service asks for, or longer and longer; by chance somewhat more, so that not all come back at once. */
function pauseAfter(error: unknown, attempt: number): number {
  const asked = error instanceof ApiProblem ? error.retryAfterSeconds : undefined;
  if (asked !== undefined) return asked * 1000 * (1 + Math.random() / 10);
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_OWN_PAUSE_MS) * (0.5 + Math.random() / 2);
}
