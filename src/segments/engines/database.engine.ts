import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { row, rows, sql } from '../../common/sql';
import type { AudienceEngine, Counted, Overlap } from './audience-engine';
import { costOf, nodesOf, type RuleNode } from '../rules/rule';
import { ACTIVE, type AsOf, SegmentQueryBuilder } from '../queries/segment-query.builder';
import { type Instants, instantsOf, TruthQuery } from '../queries/truth-query';

/** PostgreSQL itself: always right, and able to answer everything. */
@Injectable()
export class DatabaseEngine implements AudienceEngine {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
  ) {}

  /**
   * One statement, or a few of one instant where it would not fit. A rule that is one filter set is counted as a dispatch would select it,
   * which may use indexes better.
   */
  async count(rules: readonly RuleNode[], asOf: AsOf): Promise<Counted> {
    const [only] = rules;
    if (rules.length === 1 && only.type === 'filters') return this.countOne(only, asOf);
    const [first, ...more] = passes(rules);
    const counted = await this.countTogether(first, asOf);
    for (const pass of more) counted.totals.push(...(await this.countTogether(pass, counted.asOf)).totals);
    return counted;
  }

  async overlap(rules: readonly RuleNode[], asOf: AsOf): Promise<Overlap> {
    const found = await rows<Instants & { mask: number; total: string }>(
      this.database,
      new TruthQuery(rules, asOf).combinations(),
    );
    const masks = found.map(({ mask, total }) => [mask, Number(total)] as const);
    const [{ as_of, data_as_of }] =
      found.length > 0 ? found : await rows<Instants>(this.database, sql`SELECT ${instantsOf(asOf)}`);
    return {
      asOf: as_of,
      dataAsOf: data_as_of,
      source: 'database',
      activeCustomers: masks.reduce((sum, [, total]) => sum + total, 0),
      byMask: new Map(masks.filter(([mask]) => mask > 0)),
    };
  }

  async sample(rule: RuleNode, asOf: AsOf, limit: number): Promise<string[]> {
    const found = await rows<{ user_id: string }>(this.database, this.builder.page([rule], asOf, limit));
    return found.map(({ user_id }) => user_id);
  }

  private async countTogether(rules: readonly RuleNode[], asOf: AsOf): Promise<Counted> {
    const { as_of, data_as_of, active, totals } = await row<Instants & { active: string; totals: string[] }>(
      this.database,
      new TruthQuery(rules, asOf).counts(),
    );
    let next = 0;
    return {
      asOf: as_of,
      dataAsOf: data_as_of,
      source: 'database',
      activeCustomers: Number(active),
      totals: rules.map((rule) => nodesOf(rule).map(() => Number(totals[next++]))),
    };
  }

  private async countOne(rule: RuleNode, asOf: AsOf): Promise<Counted> {
    const { as_of, data_as_of, total, active } = await row<Instants & { total: string; active: string }>(
      this.database,
      sql`SELECT ${instantsOf(asOf)}, (${this.builder.count([rule], asOf)}) AS total,
                 (SELECT count(*) FROM users u WHERE ${ACTIVE}) AS active`,
    );
    return {
      asOf: as_of,
      dataAsOf: data_as_of,
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
