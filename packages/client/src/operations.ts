import type { components, paths } from './schema';

/** A schema of the API document: `Schema<'SegmentView'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The addresses that have a method. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];

type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type Parameters<O> = O extends { parameters: infer T } ? T : never;
type Content<T> = T extends { content: infer C } ? C[keyof C] : undefined;

/** An optional, a required or no member `name`, as the document has it. */
type Member<Name extends string, T> = [NonNullable<T>] extends [never]
  ? unknown
  : undefined extends T
    ? { [N in Name]?: NonNullable<T> }
    : { [N in Name]: T };
type Named<T, Name extends string> = Name extends keyof T ? T[Name] : undefined;
type Body<O> = O extends { requestBody: infer T }
  ? { body: Content<T> }
  : O extends { requestBody?: infer T }
    ? Member<'body', Content<NonNullable<T>> | undefined>
    : unknown;
type Headers<O> =
  Named<Parameters<O>, 'header'> extends infer T ? (T extends object ? Omit<T, 'Idempotency-Key'> : T) : never;

/** What every call may be given besides. */
export interface CallOptions {
  /** Gives up the call, whatever the service may have made of it. */
  signal?: AbortSignal;
  /** For a POST: a name of the request (16…255 characters), where it is to be the same in another process. One is made otherwise. */
  idempotencyKey?: string;
}

type Options<O> = CallOptions &
  Member<'path', Named<Parameters<O>, 'path'>> &
  Member<'query', Named<Parameters<O>, 'query'>> &
  Member<'headers', Headers<O>> &
  Body<O>;

/** The last argument of a call: it may be left out where nothing in it is required. */
export type OptionsOf<P extends keyof paths, M extends Method> =
  CallOptions extends Options<Operation<P, M>> ? [options?: Options<Operation<P, M>>] : [options: Options<Operation<P, M>>];

/** The body of a success. */
export type BodyOf<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R }
    ? { [Status in keyof R]: Status extends 200 | 201 | 202 | 204 ? Content<R[Status]> : never }[keyof R]
    : never;
