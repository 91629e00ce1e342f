import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { nameOf } from '../auth/principal';
import { canonical } from '../common/canonical';
import { badField } from '../common/problem';

/** A request that may be repeated: what its key is unique among, and what it asks. */
export interface KeyedRequest {
  /** Who asks: two callers may use the same key without knowing of each other. */
  readonly principal: string;
  readonly method: string;
  /** The address as the route has it: `/segments/:segment_id/preview-users` */
  readonly route: string;
  readonly key: string;
  readonly fingerprint: Buffer;
}

declare global {
  // @types/express is extended by merging into this namespace; there is no module form of it
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** Set by IdempotencyGuard on a POST with an Idempotency-Key that has not been answered yet. */
      keyed?: KeyedRequest;
    }
  }
}

/**
 * What a request with `Idempotency-Key` is known by; undefined where it has none, or where nobody has been identified. `body` is what
 * came with it: JSON, or the bytes of what is none.
 * @throws Problem bad-request for a header that is no key
 */
export function keyedRequest(request: Request, body: unknown): KeyedRequest | undefined {
  const { principal, method, originalUrl } = request;
  const given = request.headersDistinct['idempotency-key'];
  if (given === undefined || principal === undefined) return undefined;
  return {
    principal: nameOf(principal),
    method,
    route: (request.route as { path: string }).path,
    key: parseKey(given),
    fingerprint: fingerprint(method, originalUrl, body),
  };
}

/** A structured-field string (RFC 9651): in double quotes, with `\` before a quote or another `\`. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** @throws Problem bad-request */
export function parseKey(given: readonly string[]): string {
  const [text] = given;
  const key = text.startsWith('"') ? QUOTED.exec(text)?.[1].replace(/\\(.)/g, '$1') : text;
  if (given.length === 1 && key !== undefined && /^[\x20-\x7e]{16,255}$/.test(key)) return key;
  throw badField('/Idempotency-Key', 'must be one header of 16 to 255 printable ASCII characters, bare or in double quotes');
}

/**
 * SHA-256 over what a request asks: method, address with its query, body. Two bodies are the same whose objects have their keys in
 * another order; none at all is an empty object, as everywhere.
 */
export function fingerprint(method: string, address: string, body: unknown = {}): Buffer {
  return createHash('sha256')
    .update(`${method} ${address}\n`)
    .update(Buffer.isBuffer(body) ? body : canonical(body))
    .digest();
}
