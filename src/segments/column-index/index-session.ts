import { availableParallelism } from 'node:os';
import type { IndexFacts } from './data/index-data';
import type { Loaded, LoaderAnswer, LoaderNews, LoaderRequest, LoaderSettings } from './load/loader-request';
import type { ScanPlan } from './scan/scan-plan';
import type { ScanAnswer, ScanRequest } from './scan/scan-request';
import { Thread } from './thread';

/** More would wait for memory, not for a processor. */
const MAX_SCAN_THREADS = 4;

/** What came of looking for changes. */
export type Looked = { readonly current: true } | { readonly current: false; readonly why: string };

/**
 * One index from its load to its end: the thread that loads it and keeps it true, and the threads that scan it. Changes are written
 * where the columns are, while no scan runs: that takes milliseconds, where copies of what is being read would take memory that only
 * the garbage collector of every thread could give back.
 */
export class IndexSession {
  facts?: IndexFacts;
  showsChanges = false;
  private readonly loader: Thread<LoaderRequest, LoaderAnswer, LoaderNews>;
  private scanners: Thread<ScanRequest, ScanAnswer>[] = [];
  private scans = 0;
  private lastScanEnds?: () => void;
  private changing?: Promise<void>;

  constructor(settings: LoaderSettings, onNews: (news: LoaderNews) => void) {
    this.loader = new Thread('load/loader', settings, onNews);
  }

  /** Why a thread has ended: the session answers nothing any more. */
  get failure(): Error | undefined {
    return [this.loader, ...this.scanners].find(({ failure }) => failure)?.failure;
  }

  /** @returns why nothing was loaded: even a day's purchases do not fit; undefined: it is loaded. */
  async load(): Promise<string | undefined> {
    const answer = await this.loader.ask({ do: 'load' });
    if (answer.found === 'too-small') return answer.why;
    const threads = Math.min(MAX_SCAN_THREADS, availableParallelism());
    this.scanners = Array.from({ length: threads }, () => new Thread('scan/scan'));
    await this.use(answer as Loaded);
    return undefined;
  }

  /** Brings the index up to date. Not to be called again before it has answered. */
  async look(thorough: boolean): Promise<Looked> {
    const answer = await this.loader.ask({ do: 'look', thorough });
    if (answer.found === 'reload') return { current: false, why: answer.why };
    if (answer.found === 'nothing') this.facts = { ...this.facts!, asOf: answer.asOf };
    if (answer.found === 'changes')
      await this.alone(async () => this.use((await this.loader.ask({ do: 'apply' })) as Loaded));
    return { current: true };
  }

  /**
   * Every thread's part of an answer, with the facts of the index they are of; undefined where `planFor` gives none.
   * @param planFor makes the plan from the facts that hold while it is scanned.
   */
  async scan(
    what: { do: 'count' | 'overlap' } | { do: 'sample'; limit: number },
    planFor: (facts: IndexFacts) => ScanPlan | undefined,
  ): Promise<{ facts: IndexFacts; plan: ScanPlan; parts: ScanAnswer[] } | undefined> {
    while (this.changing) await this.changing;
    const facts = this.facts!;
    const plan = planFor(facts);
    if (!plan) return undefined;
    const next = new Int32Array(new SharedArrayBuffer(4));
    this.scans++;
    try {
      return { facts, plan, parts: await Promise.all(this.scanners.map((thread) => thread.ask({ ...what, plan, next }))) };
    } finally {
      if (--this.scans === 0) this.lastScanEnds?.();
    }
  }

  /** Ends it once the scans that run have their answers. */
  async retire(): Promise<void> {
    await this.alone(() => this.close());
  }

  /** Ends it at once. */
  async close(): Promise<void> {
    await Promise.all([this.loader, ...this.scanners].map((thread) => thread.terminate()));
  }

  private async use({ data, facts, showsChanges }: Loaded): Promise<void> {
    await Promise.all(this.scanners.map((thread) => thread.ask({ do: 'use', data })));
    this.facts = facts;
    this.showsChanges = showsChanges;
  }

  /** Runs `work` while nothing is scanned; what is asked meanwhile waits. */
  private async alone(work: () => Promise<void>): Promise<void> {
    let open = () => {};
    this.changing = new Promise((done) => (open = done));
    try {
      if (this.scans > 0) await new Promise<void>((done) => (this.lastScanEnds = done));
      await work();
    } finally {
      this.changing = undefined;
      open();
    }
  }
}
