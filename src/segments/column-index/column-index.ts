import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { instantOf, microsOf } from '../../common/instant';
import { CONFIG, type Config } from '../../config/config';
import type { AudienceEngine, Counted, Overlap } from '../engines/audience-engine';
import type { RuleNode } from '../rules/rule';
import type { IndexFacts } from './data/index-data';
import { IndexKeeper, type IndexState } from './index-keeper';
import type { IndexSession } from './index-session';
import { type ScanPlan, scanPlan } from './scan/scan-plan';

type Settings = Pick<
  Config,
  | 'COLUMN_INDEX'
  | 'ROLES'
  | 'COLUMN_INDEX_MEMORY_MB'
  | 'COLUMN_INDEX_FROM_PURCHASES'
  | 'DATABASE_URL'
  | 'DATABASE_SCHEMA'
  | 'CUSTOMERS_SCHEMA'
>;

/**
 * Counts from columns in memory what PostgreSQL would count in seconds. PostgreSQL stays the authority: whatever the index cannot
 * answer exactly, now, it answers with undefined.
 */
@Injectable()
export class ColumnIndex implements AudienceEngine, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ColumnIndex.name);
  private readonly keeper: IndexKeeper;

  constructor(@Inject(CONFIG) config: Settings) {
    const { DATABASE_URL: url, COLUMN_INDEX, COLUMN_INDEX_MEMORY_MB, COLUMN_INDEX_FROM_PURCHASES } = config;
    const searchPath = `${config.DATABASE_SCHEMA},${config.CUSTOMERS_SCHEMA}`;
    const settings = { url: url ?? '', searchPath, maxBytes: COLUMN_INDEX_MEMORY_MB * 2 ** 20 };
    const isOn = COLUMN_INDEX === 'auto' && url !== undefined && config.ROLES.includes('api'); // nobody could ask it
    this.keeper = new IndexKeeper(settings, isOn ? COLUMN_INDEX_FROM_PURCHASES : Infinity, this.logger);
  }

  onApplicationBootstrap(): void {
    this.keeper.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.keeper.stop();
  }

  state(): IndexState {
    return this.keeper.state();
  }

  /** Looks for changes now. Resolves once the index is that of now, if need be loaded anew, or is known not to be wanted. */
  refresh(): Promise<void> {
    return this.keeper.refresh();
  }

  async count(rules: readonly RuleNode[], asOf: string | undefined): Promise<Counted | undefined> {
    const found = await this.ask((session) => session.scan({ do: 'count' }, planFor(rules, asOf)));
    if (!found) return undefined;
    const totals = sum(found.parts as number[][]);
    return { ...readOf(found), totals: found.plan.rules.map((nodes) => nodes.map((node) => totals[node])) };
  }

  async overlap(rules: readonly RuleNode[], asOf: string | undefined): Promise<Overlap | undefined> {
    const found = await this.ask((session) => session.scan({ do: 'overlap' }, planFor(rules, asOf)));
    if (!found) return undefined;
    const masks = sum(found.parts as number[][]).map((total, mask) => [mask, total] as const);
    return { ...readOf(found), byMask: new Map(masks.filter(([mask, total]) => mask > 0 && total > 0)) };
  }

  async sample(rule: RuleNode, asOf: string | undefined, limit: number): Promise<string[] | undefined> {
    const found = await this.ask((session) => session.scan({ do: 'sample', limit }, planFor([rule], asOf)));
    const customers = (found?.parts as [number, string][][] | undefined)?.flat();
    return customers
      ?.sort(([a], [b]) => a - b)
      .slice(0, limit)
      .map(([, id]) => id);
  }

  private async ask<T>(question: (session: IndexSession) => Promise<T | undefined>): Promise<T | undefined> {
    const session = this.keeper.current;
    try {
      return session && (await question(session));
    } catch (error) {
      this.logger.error(`A scan failed; PostgreSQL is asked: ${(error as Error).message}`);
      return undefined;
    }
  }
}

/** The plan of rules, where these facts allow one. Without an instant of the caller's, the rule is read at the index's own. */
const planFor =
  (rules: readonly RuleNode[], asOf: string | undefined) =>
  (facts: IndexFacts): ScanPlan | undefined => {
    const instant = asOf === undefined ? facts.asOf : microsOf(asOf);
    const plan = instant <= facts.asOf ? scanPlan(rules, instant) : undefined;
    return plan && plan.from >= facts.coversFrom && !plan.columns.some((column) => facts.notScannable.includes(column))
      ? plan
      : undefined;
  };

const readOf = ({ facts, plan }: { facts: IndexFacts; plan: ScanPlan }) => ({
  asOf: instantOf(plan.asOf),
  dataAsOf: instantOf(facts.asOf),
  source: 'index' as const,
  activeCustomers: facts.activeCustomers,
});

const sum = (parts: number[][]): number[] => parts[0].map((_, i) => parts.reduce((total, part) => total + part[i], 0));
