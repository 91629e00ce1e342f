import { Injectable } from '@nestjs/common';
import { row, rows, sql } from '../../common/sql';
import { type Reader, Readers } from '../../database/readers';
import type { AudienceEngine, Counted, Overlap } from './audience-engine';
import { costOf, nodesOf, type RuleNode } from '../rules/rule';
import { ACTIVE, type AsOf, SegmentQueryBuilder } from '../queries/segment-query.builder';
import { type Instants, instantsOf, TruthQuery } from '../queries/truth-query';

/** PostgreSQL itself: always right, and able to answer everything. */
@Injectable()
export class DatabaseEngine implements AudienceEngine {
  constructor(
    private readonly readers: Readers,
    private readonly builder: SegmentQueryBuilder,
  ) {}

  /**
   * One statement, or a few of one instant where it would not fit. A rule that is one filter set is counted as a dispatch would select it,
   * which may use indexes better.
   */
  count(rules: readonly RuleNode[], asOf: AsOf): Promise<Counted> {
    return this.readers.read(async (reader) => {
      const [only] = rules;
      if (rules.length === 1 && only.type === 'filters') return this.countOne(reader, only, asOf);
      const [first, ...more] = passes(rules);
      const counted = await this.countTogether(reader, first, asOf);
      for (const pass of more) counted.totals.push(...(await this.countTogether(reader, pass, counted.asOf)).totals);
      return counted;
    });
  }

  overlap(rules: readonly RuleNode[], asOf: AsOf): Promise<Overlap> {
    return this.readers.read((reader) => this.combinations(reader, rules, asOf));
  }

  sample(rule: RuleNode, asOf: AsOf, limit: number): Promise<string[]> {
    return this.readers.read(async ({ database, knownAt }) => {
      const found = await rows<{ user_id: string }>(database, this.builder.page([rule], asOf ?? knownAt, limit));
      return found.map(({ user_id }) => user_id);
    });
  }

  private async combinations({ database, knownAt }: Reader, rules: readonly RuleNode[], asOf: AsOf): Promise<Overlap> {
    const at = asOf ?? knownAt;
    const found = await rows<Instants & { mask: number; total: string }>(database, new TruthQuery(rules, at).combinations());
    const masks = found.map(({ mask, total }) => [mask, Number(total)] as const);
    const [{ as_of, data_as_of }] = found.length > 0 ? found : await rows<Instants>(database, sql`SELECT ${instantsOf(at)}`);
    return {
      asOf: as_of,
      dataAsOf: knownAt ?? data_as_of,
      source: 'database',
      activeCustomers: masks.reduce((sum, [, total]) => sum + total, 0),
      byMask: new Map(masks.filter(([mask]) => mask > 0)),
    };
  }

  private async countTogether({ database, knownAt }: Reader, rules: readonly RuleNode[], asOf: AsOf): Promise<Counted> {
    const { as_of, data_as_of, active, totals } = await row<Instants & { active: string; totals: string[] }>(
      database,
      new TruthQuery(rules, asOf ?? knownAt).counts(),
    );
    let next = 0;
    return {
      asOf: as_of,
      dataAsOf: knownAt ?? data_as_of,
      source: 'database',
      activeCustomers: Number(active),
      totals: rules.map((rule) => nodesOf(rule).map(() => Number(totals[next++]))),
    };
  }

  private async countOne({ database, knownAt }: Reader, rule: RuleNode, asOf: AsOf): Promise<Counted> {
    const at = asOf ?? knownAt;
    const { as_of, data_as_of, total, active } = await row<Instants & { total: string; active: string }>(
      database,
      sql`SELECT ${instantsOf(at)}, (${this.builder.count([rule], at)}) AS total,
                 (SELECT count(*) FROM users u WHERE ${ACTIVE}) AS active`,
    );
    return {
      asOf: as_of,
      dataAsOf: knownAt ?? data_as_of,
      source: 'database',
      activeCustomers: Number(active),
      totals: [[Number(total)]],
    };
  }
}

/** PostgreSQL takes 1,664 columns a SELECT and 65,535 parameters a statement; TruthQuery makes at most a column and some parameters of a condition. */
const CONDITIONS_A_PASS = 1500;

function passes(rules: readonly RuleNode[]): RuleNode[][] {
  const found: RuleNode[][] = [[]];
  let room = CONDITIONS_A_PASS;
  for (const rule of rules) {
    const { conditions } = costOf(rule);
    if (conditions > room) {
      found.push([]);
      room = CONDITIONS_A_PASS;
    }
    room -= conditions;
    found.at(-1)!.push(rule);
  }
  return found;
}
