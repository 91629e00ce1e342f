import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../faults/chance';

/** What callers were told, and what nobody should be. */
export interface RequestFigures {
  requests: number;
  /** 503 with Retry-After, and connections that broke: asked again. */
  repeated: number;
  dispatches: number;
  wrong: string[];
}

interface Answer {
  status: number;
  headers: Headers;
  body: { id: string } & Record<string, unknown>;
}

/** Between two requests of a caller. */
const PAUSE_MS = 100;
const CALLERS = 4;
/** Campaigns are dispatched as often. */
const DISPATCH_EVERY_MS = 20_000;
const CHANNELS = ['webpush', 'email', 'sms'] as const;

/**
 * What people and programs do all day, four at a time, until `signal`: looking, counting, editing; and a new campaign every 20 s.
 * @param parts each customer has one of so many as a preference
 */
export async function keepAsking(
  address: string,
  token: string,
  parts: number,
  chance: Chance,
  signal: AbortSignal,
): Promise<RequestFigures> {
  const figures: RequestFigures = { requests: 0, repeated: 0, dispatches: 0, wrong: [] };

  /** Repeats until there is an answer, with the key where it changes something. */
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> => {
    const key = randomUUID();
    for (;;) {
      const response = await fetch(address + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(method === 'POST' && { 'idempotency-key': key }),
          ...headers,
        },
        body: body && JSON.stringify(body),
      })
        .then(async (answer) => ({ status: answer.status, headers: answer.headers, text: await answer.text() }))
        .catch(() => undefined);
      const isBusy =
        response?.status === 503 || (response?.status === 409 && response.text.includes('idempotency-key-in-use'));
      if (response && !(isBusy && response.headers.has('retry-after'))) {
        figures.requests++;
        // an edit of which nobody heard was done, and is refused when it is repeated
        if (response.status >= 400 && !(method === 'PATCH' && response.status === 412))
          figures.wrong.push(`${method} ${path}: ${response.status} ${response.text.slice(0, 300)}`);
        return { ...response, body: (response.text.startsWith('{') ? JSON.parse(response.text) : {}) as Answer['body'] };
      }
      figures.repeated++;
      await sleep(PAUSE_MS);
    }
  };
  const part = () => ({ preferences_contains: { part: Math.floor(chance.below(parts)) } });
  const spenders = () => ({ last_days: 30 + Math.floor(chance.below(300)), min_total_spent: 50 });
  const segment = async () => (await ask('POST', '/segments', { name: `Soak ${randomUUID()}`, filters: part() })).body;

  const done: (() => Promise<unknown>)[] = [
    () => ask('GET', '/segments?limit=20'),
    () => ask('GET', '/campaigns?limit=20'),
    () => ask('GET', '/dispatches?limit=20'),
    () => ask('GET', '/notifications?status=sent&limit=50'),
    () => ask('GET', '/customers?limit=50'),
    () => ask('GET', '/overview/delivery'),
    () => ask('GET', '/overview/attention'),
    () => ask('GET', '/audit?limit=20'),
    () => ask('POST', '/segments/preview', { filters: spenders() }),
    () => ask('POST', '/segments/preview', { filters: { any: [part(), { not: spenders() }] } }),
    async () => {
      const { id } = await segment();
      const { headers } = await ask('GET', `/segments/${id}`);
      await ask('PATCH', `/segments/${id}`, { description: 'edited' }, { 'if-match': headers.get('etag') ?? '*' });
      await ask('DELETE', `/segments/${id}`);
    },
  ];
  const caller = async () => {
    while (!signal.aborted) {
      await chance.pick(done)();
      await sleep(PAUSE_MS);
    }
  };
  const dispatcher = async () => {
    while (!signal.aborted) {
      const { id: segmentId } = await segment();
      const campaign = { name: `Soak ${randomUUID()}`, message: 'See you at the market!', title: 'Market' };
      const wanted = { ...campaign, channel: chance.pick(CHANNELS), segment_ids: [segmentId] };
      const { id } = (await ask('POST', '/campaigns', wanted)).body;
      await ask('POST', `/campaigns/${id}/dispatch`);
      figures.dispatches++;
      await sleep(DISPATCH_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all([dispatcher(), ...Array.from({ length: CALLERS }, caller)]);
  return figures;
}
