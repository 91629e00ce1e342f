import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problem';

/** Limits of a JSON body, checked before any library walks it: class-transformer overflows the stack at a depth of about 1,300. */
const MAX_DEPTH = 32;
const MAX_NODES = 10_000;

/** What the bodies of an address are, and how much one may be: bytes, also after it is unpacked, and values of JSON. */
export interface BodyLimit {
  readonly path: RegExp;
  /** In UTF-8. JSON is read before the guard, CSV behind it (csv-body.ts). Of any type: nobody reads it. */
  readonly type: 'application/json' | 'text/csv' | '*/*';
  readonly bytes: number;
  readonly nodes?: number;
}

/** The first that fits. A rule may be a list of 10,000 customers, of 39 bytes each. */
export const bodyLimits: readonly BodyLimit[] = [
  { path: /^\/segments(\/|$)/i, type: 'application/json', bytes: 512 * 1024, nodes: 12_000 },
  { path: /^\/notifications\/settle\/?$/i, type: 'application/json', bytes: 1024 * 1024, nodes: 20_000 }, // 1,000 items and what providers said
  { path: /^\/suppressions\/import\/?$/i, type: 'text/csv', bytes: 10 * 1024 * 1024 },
  { path: /^\/unsubscribe\//i, type: '*/*', bytes: 0 }, // a form, of whichever kind the mail program likes (RFC 8058)
  { path: /^/, type: 'application/json', bytes: 100 * 1024, nodes: MAX_NODES },
];
export const limitOf = (address: string) => bodyLimits.find(({ path }) => path.test(address)) as BodyLimit;
/** `constructor`, `toString` …: class-transformer drops them without a word, so a misspelt filter set would become everybody. */
const isForbidden = (key: string) => key === 'prototype' || Object.hasOwn(Object.prototype, key);
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/**
 * What is wrong with a parsed JSON value, or undefined. PostgreSQL refuses U+0000 and lone surrogates with an error; JavaScript rounds
 * large integers and reads 1e400 as infinity without one.
 */
export const jsonFault = (body: unknown, maxNodes = MAX_NODES): Fault | undefined => new Walk(maxNodes).faultIn(body);

interface Fault {
  pointer: string;
  detail: string;
}

/** One walk over a JSON value. Where it stands is written as a pointer only at a fault: bodies have a thousand items, and most are right. */
class Walk {
  private nodes = 0;
  private readonly path: (string | number)[] = [];
  /** How many the objects had in all. */
  members = 0;

  constructor(private readonly maxNodes: number) {}

  /** The keys of an object before what they hold; that from the last to the first. */
  faultIn(value: unknown): Fault | undefined {
    if (this.nodes++ >= this.maxNodes) return { pointer: '', detail: `has more than ${this.maxNodes} values` };
    if (this.path.length >= MAX_DEPTH) return { pointer: '', detail: `is nested deeper than ${MAX_DEPTH} levels` };
    const detail = scalarFault(value);
    if (detail) return this.here(detail);
    if (typeof value !== 'object' || value === null) return undefined;
    const keys = Array.isArray(value) ? undefined : Object.keys(value);
    for (const key of keys ?? []) {
      const fault = isForbidden(key) ? 'is a key that is not accepted' : stringFault(key);
      if (fault) return this.here(fault, key);
    }
    this.members += keys?.length ?? 0;
    for (let i = (keys ?? (value as unknown[])).length - 1; i >= 0; i--) {
      const step = keys?.[i] ?? i;
      this.path.push(step);
      const fault = this.faultIn((value as Record<string | number, unknown>)[step]);
      if (fault) return fault;
      this.path.pop();
    }
    return undefined;
  }

  private here(detail: string, ...more: string[]): Fault {
    return { pointer: [...this.path, ...more].map((step) => `/${pointerToken(String(step))}`).join(''), detail };
  }
}

function scalarFault(value: unknown): string | undefined {
  if (typeof value === 'string') return stringFault(value);
  if (typeof value !== 'number') return undefined;
  if (!Number.isFinite(value)) return 'is a number too large to keep';
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return 'is a whole number too large to keep exactly';
  return undefined;
}

/** What is wrong with a text that is to reach PostgreSQL, or undefined. */
export function stringFault(text: string): string | undefined {
  if (CONTROL.test(text)) return 'has a control character';

  if (!(text as unknown as { isWellFormed(): boolean }).isWellFormed()) return 'is not well-formed Unicode';
  return undefined;
}

/** A key as one step of a JSON pointer (RFC 6901), short enough for an error message. */
export const pointerToken = (key: string): string => key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');

const hasBody = (request: Request) =>
  Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;

/** Before the body is read: nothing but JSON, or what else the address takes, in UTF-8. A write whose body is optional may have none. */
export function requireMediaType(request: Request, _response: Response, next: NextFunction): void {
  const header = request.headers['content-type'] ?? '';
  const type = header.split(/[;\s]/, 1)[0];
  const parameters = header.slice(type.length).trim();
  const taken = limitOf(request.path).type;
  if (taken === '*/*') return next();
  const isTaken = type.toLowerCase() === taken && /^(;\s*charset\s*=\s*"?utf-8"?)?$/i.test(parameters);
  if (isTaken || !hasBody(request)) return next();
  next(new Problem('unsupported-media-type', `Send the body as ${taken} in UTF-8.`));
}

/** How many members the objects of a body have, as written: more than it has once it is parsed where a key stands twice. */
const MEMBERS = Symbol('members');
type Counted = IncomingMessage & { [MEMBERS]?: number };

/** While the body is read: bytes that are no UTF-8 would be replaced without a word, and something else kept than was sent. */
export function inspectBytes(request: IncomingMessage, _response: unknown, body: Buffer): void {
  if (!isUtf8(body)) throw new Error('The body is not UTF-8');
  const outsideOfTexts = body.toString().replace(/"(?:[^"\\]|\\.)*"/gs, '');
  (request as Counted)[MEMBERS] = outsideOfTexts.split(':').length - 1;
}

/** After the body is read, before anything else looks at it; the query string too. */
export function guardJson(request: Request, _response: Response, next: NextFunction): void {
  const body: unknown = request.body;
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body)))
    return next(
      new Problem('bad-request', 'The body must be a JSON object.', [{ pointer: '', detail: 'must be a JSON object' }]),
    );
  const written = (request as Counted)[MEMBERS];
  const walk = new Walk(limitOf(request.path).nodes ?? MAX_NODES);
  const fault =
    walk.faultIn(body) ??
    // of two equal keys JSON.parse takes the last: {"filters": {"last_days": 3}, "filters": {}} would be everybody
    (written !== undefined && written !== walk.members ? { pointer: '', detail: 'has a key twice' } : undefined) ??
    (request.url.includes('?') ? jsonFault(request.query) : undefined);
  if (fault) return next(new Problem('bad-request', `${fault.pointer.slice(1) || 'The body'} ${fault.detail}.`, [fault]));
  next();
}
