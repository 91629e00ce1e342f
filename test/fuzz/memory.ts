import type { Chance } from '../faults/chance';
import { ID } from './values';

/** So many of a kind are remembered: the newest, which are the ones that something can still happen to. */
const MOST = 200;

/** What the ids in an answer are of, by the last word of its path. */
const kinds: Readonly<Record<string, string>> = {
  segments: 'segment_id',
  campaigns: 'campaign_id',
  dispatch: 'dispatch_id',
  dispatches: 'dispatch_id',
  'test-send': 'dispatch_id',
  notifications: 'notification_id',
  claim: 'notification_id',
  suppressions: 'suppression_id',
  webhooks: 'webhook_id',
  customers: 'user_id',
  'preview-users': 'user_id',
  filters: 'filter_key',
};

/** Property names under which an id of a kind is asked for, where they are not the kind's own. */
const aliases: Readonly<Record<string, string>> = {
  excluded_segment_id: 'segment_id',
  user_ids_in: 'user_id',
  target_id: 'campaign_id',
};

/** When something was removed, in milliseconds since 1970: asked for, and answered. */
export interface Removal {
  readonly asked: number;
  readonly answered: number;
}

/** What earlier answers told: what exists, in which version, where a page goes on. */
export class Memory {
  private readonly ids = new Map<string, string[]>();
  private readonly etags = new Map<string, string>();
  private readonly cursors = new Map<string, string>();
  private readonly deleted = new Map<string, Removal>();

  constructor(private readonly chance: Chance) {}

  /** An id of that kind that exists, or did; undefined while there is none. */
  id(kind: string): string | undefined {
    const known = this.ids.get(aliases[kind] ?? kind);
    if (!known || known.length === 0) return undefined;
    const [newest, any] = [known.slice(-10), known];
    return this.chance.pick(this.chance.of(0.6) ? newest : any);
  }

  etag = (path: string): string | undefined => this.etags.get(path);
  cursor = (template: string): string | undefined => this.cursors.get(template);

  /** What was removed and must be gone: the paths of those things. */
  gone = (): string | undefined => (this.deleted.size > 0 ? this.chance.pick([...this.deleted.keys()]) : undefined);
  removal = (path: string): Removal | undefined => this.deleted.get(path);
  remove = (path: string, removal: Removal): void => void this.deleted.set(path, removal);

  /** Puts ids that exist where a value has places for them. */
  filled(value: unknown, itemKind: string): unknown {
    if (typeof value === 'string' && value.startsWith(ID)) {
      const name = value.slice(ID.length, value.indexOf('#'));
      return this.id(name === 'id' ? itemKind : name) ?? '2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10';
    }
    if (Array.isArray(value)) return value.map((one) => this.filled(one, itemKind));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.filled(one, itemKind)]));
  }

  learn(template: string, path: string, headers: Readonly<Record<string, unknown>>, body: unknown): void {
    if (typeof headers.etag === 'string')
      this.etags.set(typeof headers.location === 'string' ? headers.location : path, headers.etag);
    const cursor = typeof headers.link === 'string' ? /[?&]cursor=([^&>]+)/.exec(headers.link)?.[1] : undefined;
    if (cursor) this.cursors.set(template, cursor);
    const words = template.split('/').filter((word) => word !== '' && !word.startsWith('{'));
    this.remember(body, kinds[words.at(-1) ?? ''] ?? kinds[words[0] ?? ''] ?? '');
  }

  private remember(value: unknown, kind: string): void {
    if (Array.isArray(value)) for (const one of value.slice(0, 20)) this.rememberOne(one, kind);
    else this.rememberOne(value, kind);
  }

  private rememberOne(value: unknown, kind: string): void {
    if (typeof value === 'string' && kind === 'user_id') return this.add(kind, value);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, one] of Object.entries(value)) {
      if (key === 'id' || key === 'key') this.add(kind, one);
      else if (/_id$|^lease_token$/.test(key)) this.add(key, one);
      else if (/_ids$/.test(key) && Array.isArray(one))
        for (const id of one as unknown[]) this.add(key.replace(/s$/, ''), id);
      else if (key === 'notifications') this.remember(one, 'notification_id');
    }
  }

  private add(kind: string, id: unknown): void {
    if (typeof id !== 'string' && typeof id !== 'number') return;
    const known = this.ids.get(kind) ?? [];
    if (known.includes(String(id))) return;
    known.push(String(id));
    if (known.length > MOST) known.shift();
    this.ids.set(kind, known);
  }
}
