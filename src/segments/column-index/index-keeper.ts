import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import type { Client } from 'pg';
import { instantOf } from '../../common/instant';
import { row, sql } from '../../common/sql';
import { IndexSession } from './index-session';
import type { LoaderNews, LoaderSettings } from './load/loader-request';
import { connect, cut, queryable } from './load/source';

/** What health, metrics and the dashboard may show. */
export interface IndexState {
  readonly state: 'off' | 'waiting' | 'loading' | 'ready' | 'failed' | 'too-small';
  readonly as_of?: string;
  readonly customers: number;
  readonly purchases: number;
  readonly bytes: number;
  readonly bytes_per_purchase: number;
  /** Purchases before it are not held. */
  readonly covers_from?: string;
  readonly last_build_ms?: number;
  readonly last_refresh_ms?: number;
  /** Of a load that runs, from 0 to 1. */
  readonly progress?: number;
}

/** How long to leave the database alone: a look or a load may take a twentieth of its time. */
const LOOK_MS = 5000;
const RELOAD_MS = 60_000;
const WAIT_MS = 60_000;
const TOO_SMALL_MS = 10 * 60_000;
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 5 * 60_000;
const REST = 20;

const REPORT_EVERY = 0.1;

/** Loads an index when there is enough to load, keeps it true, and loads it anew when it cannot be: until it is stopped. */
export class IndexKeeper {
  private phase: IndexState['state'] = 'off';
  private session?: IndexSession;
  private loading?: IndexSession;
  private progress?: number;
  private buildMs?: number;
  private loadedAt = 0;
  private lookMs?: number;
  private counting?: Client;
  private stopped = false;
  private wake = new AbortController();
  private waiting: { done: () => void; fail: (error: Error) => void }[] = [];

  /** @param fromPurchases fewer are left to PostgreSQL; Infinity: the index is off. */
  constructor(
    private readonly settings: LoaderSettings,
    private readonly fromPurchases: number,
    private readonly logger: Pick<Logger, 'log' | 'warn'>,
  ) {}

  /** The index that may be asked; undefined while there is none. */
  get current(): IndexSession | undefined {
    return this.session?.failure ? undefined : this.session;
  }

  start(): void {
    if (this.fromPurchases !== Infinity) void this.run();
  }

  /** Ends all threads at once, and with them their connections. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake.abort();
    if (this.counting) cut(this.counting);
    await Promise.all([this.loading?.close(), this.session?.close()]);
    this.settle(this.waiting.length, new Error('The column index has been stopped'));
  }

  refresh(): Promise<void> {
    if (this.fromPurchases === Infinity || this.stopped) return Promise.resolve();
    this.wake.abort();
    return new Promise((done, fail) => this.waiting.push({ done, fail }));
  }

  state(): IndexState {
    const facts = this.current?.facts;
    return {
      state: this.session?.failure ? 'failed' : this.phase,
      ...(facts && { as_of: instantOf(facts.asOf) }),
      customers: facts?.customers ?? 0,
      purchases: facts?.purchases ?? 0,
      bytes: facts?.bytes ?? 0,
      bytes_per_purchase: facts?.purchases ? Number((facts.bytes / facts.purchases).toFixed(1)) : 0,
      ...(facts && facts.coversFrom !== -Infinity && { covers_from: instantOf(facts.coversFrom) }),
      last_build_ms: this.buildMs,
      last_refresh_ms: this.lookMs,
      progress: this.progress,
    };
  }

  private async run(): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !this.stopped;) {
      try {
        const asked = this.waiting.length; // who asks while it counts wants to know of what came since
        if (!this.session && !(await this.isWorthwhile())) {
          this.phase = 'waiting';
          this.settle(asked);
          await this.pause(WAIT_MS);
        } else if (await this.load()) {
          retryMs = FIRST_RETRY_MS;
          await this.keepTrue();
          await this.pause(Math.max(0, REST * this.buildMs! - (performance.now() - this.loadedAt)));
        } else await this.pause(TOO_SMALL_MS);
      } catch (error) {
        if (this.stopped) return;
        await this.drop();
        this.phase = 'failed';
        this.settle(this.waiting.length, error as Error);
        this.logger.warn(
          `Column index failed, PostgreSQL answers; next try in ${retryMs / 1000} s: ${(error as Error).message}`,
        );
        await this.pause(retryMs);
        retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
      }
    }
  }

  private async isWorthwhile(): Promise<boolean> {
    const client = (this.counting = await connect(this.settings));
    try {
      const { enough } = await row<{ enough: boolean }>(
        queryable(client),
        sql`SELECT count(*) >= ${this.fromPurchases}::bigint AS enough
              FROM (SELECT FROM purchase_history LIMIT ${this.fromPurchases}::bigint) found`,
      );
      return enough;
    } finally {
      this.counting = undefined;
      await client.end();
    }
  }

  /** @returns whether there is an index now: false where it would not fit. */
  private async load(): Promise<boolean> {
    if (this.stopped) return false;
    const began = performance.now();
    const asked = this.waiting.length;
    this.phase = this.session ? 'ready' : 'loading';
    // the one of before goes on answering where both fit
    if (this.session && this.session.facts!.bytes * 2 > this.settings.maxBytes) await this.drop();
    const session = (this.loading = new IndexSession(this.settings, (news) => this.report(news)));
    this.logger.log('Column index: loading');
    try {
      const tooSmall = await session.load();
      if (this.stopped) return false;
      if (tooSmall) {
        await Promise.all([session.close(), this.drop()]);
        this.phase = 'too-small';
        this.logger.warn(`Column index: COLUMN_INDEX_MEMORY_MB is too small, PostgreSQL answers: ${tooSmall}`);
        this.settle(asked);
        return false;
      }
    } catch (error) {
      await session.close();
      throw error;
    } finally {
      this.loading = undefined;
      this.progress = undefined;
    }
    this.loadedAt = performance.now();
    this.buildMs = Math.round(this.loadedAt - began);
    const before = this.session;
    this.session = session;
    this.phase = 'ready';
    await before?.retire();
    this.logger.log(this.summary());
    this.settle(asked);
    return true;
  }

  /** Returns when everything is to be loaded anew. */
  private async keepTrue(): Promise<void> {
    const session = this.session!;
    for (let restMs = Math.max(LOOK_MS, REST * (this.lookMs ?? 0)); ; restMs = Math.max(LOOK_MS, REST * this.lookMs)) {
      await this.pause(session.showsChanges ? restMs : Math.max(RELOAD_MS, REST * this.buildMs!));
      if (this.stopped) return;
      if (session.failure) throw session.failure;
      const asked = this.waiting.length;
      const began = performance.now();
      const looked = await session.look(asked > 0);
      this.lookMs = Math.round(performance.now() - began);
      if (!looked.current) return this.logger.log(`Column index: loading again, ${looked.why}`);
      this.settle(asked);
    }
  }

  private async drop(): Promise<void> {
    const before = this.session;
    this.session = undefined;
    await before?.close();
  }

  private report({ rows, of }: LoaderNews): void {
    const progress = rows / of;
    if (Math.floor(progress / REPORT_EVERY) > Math.floor((this.progress ?? 0) / REPORT_EVERY))
      this.logger.log(`Column index: ${Math.floor(progress * 100)} % of ${of} purchases`);
    this.progress = progress;
  }

  private summary(): string {
    const { customers, purchases, bytes, bytes_per_purchase, covers_from } = this.state();
    const seconds = this.buildMs! / 1000;
    const since = covers_from ? ` since ${covers_from}` : '';
    return (
      `Column index: ready with ${purchases} purchases${since} of ${customers} customers after ${seconds.toFixed(1)} s ` +
      `(${Math.round(purchases / seconds)}/s), ${Math.round(bytes / 2 ** 20)} MB, ${bytes_per_purchase} bytes a purchase`
    );
  }

  /** The first that wait for the index to be that of now need not wait any longer. */
  private settle(asked: number, error?: Error): void {
    for (const { done, fail } of this.waiting.splice(0, asked)) {
      if (error) fail(error);
      else done();
    }
  }

  /** So long, or until somebody wants a refresh or the end. */
  private async pause(ms: number): Promise<void> {
    if (!this.stopped && this.waiting.length === 0) {
      this.wake = new AbortController();
      await sleep(ms, undefined, { signal: this.wake.signal, ref: false }).catch(() => undefined);
    }
  }
}
