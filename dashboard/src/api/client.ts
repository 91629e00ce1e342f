import createClient, { type Middleware } from 'openapi-fetch';
import { session } from '../session/session';
import { ApiProblem, offline, problemOf } from './problem';
import type { components, paths } from './schema';

/** A schema of the API document: `Schema<'SegmentView'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Gives each request the token, and makes an exception of each answer that is none. A refused token ends the session. */
const guard: Middleware = {
  onRequest({ request }) {
    const token = session.token();
    if (token && !request.headers.has('Authorization')) request.headers.set('Authorization', `Bearer ${token}`);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return undefined;
    const sent = request.headers.get('Authorization');
    if (response.status === 401 && sent === `Bearer ${session.token()}`) session.expire();
    throw await problemOf(response);
  },
  onError({ error }) {
    if (error instanceof ApiProblem) return error;
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return offline(error);
  },
};

/** The service, typed by its API document. Every call throws an ApiProblem where there is no answer of the kind that was asked for. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  querySerializer: { array: { style: 'form', explode: false } },
});
api.use(guard);

/** What an answer holds, its body and its headers. */
export interface Answer<T> {
  body: T;
  headers: Headers;
}

/** The body of an answer: `read(api.GET('/segments'))`. */
export async function read<T>(call: Promise<{ data?: T; response: Response }>): Promise<NonNullable<T>> {
  return (await answer(call)).body;
}

/** The body and the headers of an answer. */
export async function answer<T>(call: Promise<{ data?: T; response: Response }>): Promise<Answer<NonNullable<T>>> {
  const { data, response } = await call;
  return { body: data as NonNullable<T>, headers: response.headers };
}
