import * as fc from 'fast-check';
import type { Chance } from '../faults/chance';
import { bodies, mediaTypes, numbers, others, queryValues, segments, strings } from './corpus';
import { type Operation, operations, type Parameter } from './document';
import type { Memory } from './memory';
import { valuesOf } from './values';

export type Caller = 'admin' | 'worker' | 'nobody' | 'stranger';

export interface Sent {
  readonly operation: Operation;
  readonly caller: Caller;
  readonly method: string;
  /** As it goes over the wire, query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body is as the document asks for it, as far as a schema can say. */
  readonly isWhole: boolean;
}

/** How often something is done to a request. */
const SHARE = {
  stranger: 0.04,
  unknownId: 0.05,
  brokenPath: 0.02,
  query: 0.25,
  brokenQuery: 0.04,
  unknownQuery: 0.01,
  brokenBody: 0.15,
  wildBody: 0.03,
  wrongMediaType: 0.02,
  key: 0.3,
  keyAgain: 0.1,
  noKey: 0.05,
  ifMatch: 0.85,
  otherMethod: 0.01,
};

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

/** Of these there are few, and what can be asked of others hangs on them. */
const OFTEN = ['POST /segments', 'POST /campaigns', 'POST /campaigns/{campaign_id}/dispatch', 'POST /notifications/claim'];

/** They take what others live from: now and then is enough. */
const SELDOM = /erase$|^DELETE /;

/** Makes one request after the other; the same seed and the same answers give the same ones. */
export class Requests {
  private readonly arbitraries = new Map<unknown, fc.Arbitrary<unknown>>();
  private readonly keys: string[] = [];
  private serial = 0;

  constructor(
    private readonly chance: Chance,
    private readonly memory: Memory,
    private readonly seed: number,
  ) {}

  next(): Sent {
    const { chance } = this;
    const operation = this.operation();
    const path = this.path(operation);
    const query = this.query(operation);
    const method = chance.of(SHARE.otherMethod) ? chance.pick(METHODS) : operation.method;
    const { body, isWhole } = this.body(operation);
    const headers: Record<string, string> = { ...this.headers(operation, path) };
    if (body !== undefined)
      headers['content-type'] = chance.of(SHARE.wrongMediaType) ? chance.pick(mediaTypes) : operation.body!.mediaType;
    return {
      operation,
      caller: this.caller(operation),
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers,
      body,
      isWhole,
    };
  }

  private operation(): Operation {
    const { chance } = this;
    const chosen = chance.of(0.2) ? chance.pick(OFTEN) : undefined;
    for (;;) {
      const found = chosen
        ? operations.find(({ method, template }) => `${method} ${template}` === chosen)!
        : chance.pick(operations);
      if (!SELDOM.test(`${found.method} ${found.template}`) || chance.of(0.15)) return found;
    }
  }

  private caller({ isPublic, template }: Operation): Caller {
    const { chance } = this;
    if (!isPublic && chance.of(SHARE.stranger)) return chance.pick(['nobody', 'stranger', 'worker'] as const);
    return template.startsWith('/notifications') && chance.of(0.5) ? 'worker' : 'admin';
  }

  private path({ template }: Operation): string {
    const { chance, memory } = this;
    return template.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (chance.of(SHARE.brokenPath)) return chance.pick(segments);
      const known = chance.of(SHARE.unknownId) ? undefined : memory.id(name);
      return encodeURIComponent(known ?? '7c1e2f1a-6d0b-4c52-9a4e-0b6f6f1f2a10');
    });
  }

  private query({ parameters, template }: Operation): string {
    const { chance, memory } = this;
    const given = parameters
      .filter((one) => one.in === 'query' && (one.required === true || chance.of(SHARE.query)))
      .flatMap((one) => {
        if (chance.of(SHARE.brokenQuery)) return [`${one.name}=${chance.pick(queryValues)}`];
        const value = one.name === 'cursor' ? memory.cursor(template) : encodeURIComponent(this.text(one));
        return value === undefined ? [] : [`${one.name}=${value}`];
      });
    if (chance.of(SHARE.unknownQuery))
      given.push(chance.pick(['x=1', 'limit=1&limit=2', 'filter[a]=1', '__proto__=1', '%', '&&=']));
    return given.join('&');
  }

  private headers({ parameters, method }: Operation, path: string): Record<string, string> {
    const { chance, memory } = this;
    const headers: Record<string, string> = {};
    for (const { name } of parameters.filter((one) => one.in === 'header')) {
      if (name === 'If-Match' && chance.of(SHARE.ifMatch)) headers[name] = this.version(memory.etag(path));
      if (name === 'Prefer' && chance.of(0.3))
        headers[name] = chance.pick(['wait=2', 'respond-async', 'wait=-1', 'wait=99999', ',']);
      if (name === 'Idempotency-Key') {
        const wanted = path.endsWith('/dispatch') ? 1 - SHARE.noKey : SHARE.key;
        if (chance.of(wanted)) headers[name] = this.key();
      }
    }
    if (method !== 'GET' && chance.of(0.01)) headers['content-encoding'] = chance.pick(['gzip', 'br', 'x']);
    return headers;
  }

  private version(known = '"1"'): string {
    return this.chance.of(0.8) ? known : this.chance.pick(['*', '"0"', '"999"', 'W/"1"', '1', '"', '']);
  }

  private key(): string {
    const { chance, keys } = this;
    if (keys.length > 0 && chance.of(SHARE.keyAgain)) return chance.pick(keys);
    if (chance.of(0.03)) return chance.pick(['short', 'a'.repeat(256), '"unclosed-0123456789', 'with space 0123456789', '']);
    const key = `fuzz-${this.seed}-${++this.serial}-0123456789`;
    keys.push(key);
    return key;
  }

  private body(operation: Operation): { body?: string; isWhole: boolean } {
    const { chance, memory } = this;
    const wanted = operation.body;
    if (!wanted || (!wanted.required && chance.of(0.5))) return { isWhole: true };
    if (chance.of(SHARE.wildBody)) return { body: chance.pick(bodies), isWhole: false };
    if (wanted.mediaType === 'text/csv') return { body: this.csv(), isWhole: false };
    const kind = operation.template.startsWith('/notifications') ? 'notification_id' : 'user_id';
    const value = soon(memory.filled(this.value(wanted.schema, ''), kind));
    const text = JSON.stringify(value);
    return chance.of(SHARE.brokenBody) ? { body: this.broken(text), isWhole: false } : { body: text, isWhole: true };
  }

  /** One value somewhere in it is another one. */
  private broken(text: string): string {
    const { chance } = this;
    const values = [...text.matchAll(/(?<=[:[,])(?:"(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*|true|false|null)(?=[,\]}])/g)];
    const other = chance.pick([
      chance.pick(numbers),
      chance.pick(others),
      JSON.stringify(chance.pick(strings)),
      JSON.stringify(chance.pick(strings)),
    ]);
    if (values.length === 0)
      return text
        .replace(/^\{/, `{"${chance.pick(['x', 'id', 'version', '__proto__', ''])}":${other},`)
        .replace(/,\}$/, '}');
    const { index, 0: found } = chance.pick(values);
    return text.slice(0, index) + other + text.slice(index + found.length);
  }

  private csv(): string {
    const { chance } = this;
    const line = () =>
      [
        chance.pick(['customer-1@example.com', this.memory.id('user_id') ?? 'x', ...strings]),
        chance.pick(['email', 'sms', '', 'fax']),
        chance.pick(['bounced', 'other', '']),
      ]
        .map((cell) => (chance.of(0.5) ? cell : `"${cell.replaceAll('"', '""')}"`))
        .join(chance.pick([',', ',', ',', ';', '\t']));
    return [
      chance.pick(['email,channel,reason', 'user_id,channel,reason', 'email', 'x,y', '']),
      ...Array.from({ length: 3 }, line),
    ].join('\n');
  }

  private text(parameter: Parameter): string {
    const value = this.memory.filled(this.value(parameter.schema, parameter.name), 'user_id');
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  private value(schema: Operation['parameters'][number]['schema'], name: string): unknown {
    const arbitrary = this.arbitraries.get(schema) ?? valuesOf(schema, name);
    this.arbitraries.set(schema, arbitrary);
    return fc.sample(arbitrary, { numRuns: 1, seed: this.seed + ++this.serial })[0];
  }
}

/** Nobody waits half a minute for work that does not come. */
const soon = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'wait_seconds' in value ? { ...value, wait_seconds: 0 } : value;
