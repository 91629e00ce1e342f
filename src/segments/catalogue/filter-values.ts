import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Background } from '../../common/background';
import { Problem } from '../../common/problem';
import { row, rows, sql } from '../../common/sql';
import { CONFIG, type Config } from '../../config/config';
import { allowTime, unlessGone } from '../../database/connection-guard';
import { Readers } from '../../database/readers';
import { filterList } from '../filters';
import type { FilterValueView } from './filter.dto';

/** The values of a filter as they were at an instant. `words` is what a search looks through, in lower case. */
interface KnownValues {
  readonly dataAsOf: string;
  readonly values: readonly { readonly view: FilterValueView; readonly words: string }[];
}

/** Tests make these smaller. */
export const valueLimits = {
  /** Milliseconds for which values are fresh; at least, see REST. */
  freshMs: 5 * 60_000,
  /** Seconds that reading them may take. */
  readSeconds: 60,
  /** Values kept of a filter: the most frequent ones. */
  most: 10_000,
};

/** Reading the values of a filter may take a twentieth of the time. */
const REST = 20;

/**
 * Values to choose from, read out of whole tables: too slow for every letter that is typed, and the same for all who type. So they are
 * kept in this process. Once they are no longer fresh, whoever asks gets them as they are, and they are read again beside that.
 * One filter is read at a time, on one connection.
 */
@Injectable()
export class FilterValues {
  private readonly logger = new Logger('Segments');
  private turn: Promise<unknown> = Promise.resolve();
  private readonly patienceMs: number;

  private readonly known = new LRUCache<string, KnownValues>({
    max: 100,
    ttl: valueLimits.freshMs,
    allowStale: true,
    noDeleteOnFetchRejection: true,
    fetchMethod: async (key, before, { options }) => {
      try {
        const { known, tookMs } = await this.inTurn(() => this.read(key));
        options.ttl = Math.max(valueLimits.freshMs, REST * tookMs);
        return known;
      } catch (error) {
        if (before && !this.background.stopping.aborted)
          this.logger.warn(`Values of ${key} were not read anew, the old ones stay: ${(error as Error).message}`);
        throw error;
      }
    },
  });

  constructor(
    private readonly readers: Readers,
    @Inject(CONFIG) { STATEMENT_TIMEOUT_SECONDS }: Pick<Config, 'STATEMENT_TIMEOUT_SECONDS'>,
    private readonly background: Background,
  ) {
    this.patienceMs = STATEMENT_TIMEOUT_SECONDS * 1000;
  }

  /**
   * Those of this filter, which has some. A first reading that takes longer than a request may goes on, for whoever asks again.
   * @throws Problem statement-too-slow
   */
  async of(key: string): Promise<KnownValues> {
    const answered = new AbortController();
    const impatience = sleep(this.patienceMs, undefined, { signal: answered.signal, ref: false }).then(() => {
      throw new Problem('statement-too-slow', 'The values are still being read out of the tables. Ask again in a while.');
    });
    try {
      return (await Promise.race([this.known.fetch(key), impatience]))!;
    } finally {
      answered.abort();
    }
  }

  private read(key: string): Promise<{ known: KnownValues; tookMs: number }> {
    const { values } = filterList.find((one) => one.key === key)!;
    const began = performance.now();
    return this.readers.read(({ database, knownAt }) =>
      database.transaction(async (transaction) => {
        await allowTime(transaction, valueLimits.readSeconds);
        const { now } = await row<{ now: Date }>(transaction, sql`SELECT now()`);
        const found = await unlessGone(this.background.stopping, transaction, () =>
          rows<ValueRow>(transaction, sql`${values!} LIMIT ${valueLimits.most}`),
        );
        const known = { dataAsOf: knownAt ?? now.toISOString(), values: found.map(toKnown) };
        return { known, tookMs: performance.now() - began };
      }),
    );
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

/** Counts are bigint, so text. */
interface ValueRow {
  value: unknown;
  customers: string | null;
  purchases: string | null;
}

const toKnown = ({ value, customers, purchases }: ValueRow): KnownValues['values'][number] => ({
  view: {
    value,
    customers: customers === null ? null : Number(customers),
    purchases: purchases === null ? null : Number(purchases),
  },
  words: wordsOf(value).toLowerCase(),
});

/** Keys and values, without the signs that JSON has around them. */
const wordsOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(wordsOf).join(' ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, within]) => `${key} ${wordsOf(within)}`)
    .join(' ');
};
