import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { Computed, Page } from '../../common/answer';
import { Cursors } from '../../common/cursors';
import { Problem } from '../../common/problem';
import { row, rows, sql } from '../../common/sql';
import { type Reader, Readers } from '../../database/readers';
import { inSnapshot } from '../../database/transaction';
import { AudienceCounter, type Timed } from '../engines/audience-counter';
import { type Counted, shareOf } from '../engines/audience-engine';
import { namingTheCostliest } from '../queries/costliest-part';
import { customerFigures, type FiguresRow } from '../queries/customer-figures.sql';
import { explainQuery, type ExplainRow } from '../queries/explain-query';
import { explanation } from './explanation';
import type { ExplanationView } from './explanation.dto';
import { nodesOf, type RuleNode } from '../rules/rule';
import { segmentById } from '../segment-by-id';
import {
  type AsOfQuery,
  type CountView,
  type CustomerFiguresView,
  type PreviewRuleQuery,
  type PreviewRuleRequest,
  type ReadingQuery,
  type RulePreviewView,
  type SegmentUsersQuery,
  toCustomerFiguresView,
} from './segment-insight.dto';
import { RuleTurns } from '../queries/rule-turns';
import { SegmentQueryBuilder } from '../queries/segment-query.builder';
import { SegmentRules } from '../rules/segment-rules';
import { SegmentSizes } from '../history/segment-sizes';
import { Segment } from '../segment.entity';

/** Looks at whom a rule reaches, and why. Nothing here decides who is notified. */
@Injectable()
export class SegmentInsightService {
  constructor(
    @InjectRepository(Segment) private readonly segments: Repository<Segment>,
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
    private readonly counter: AudienceCounter,
    private readonly rules: SegmentRules,
    private readonly sizes: SegmentSizes,
    private readonly cursors: Cursors,
    private readonly turns: RuleTurns,
    private readonly readers: Readers,
  ) {}

  /** @throws Problem unknown-segment, segment-inactive, bad-request, rule-too-heavy, index-not-available */
  async preview({ filters }: PreviewRuleRequest, query: PreviewRuleQuery): Promise<Computed<RulePreviewView>> {
    const rule = await this.rules.fitting(this.database, filters);
    const counted = await this.counter.count([rule], query);
    const asCounted = { source: query.source, as_of: counted.asOf };
    const ids = query.sample > 0 ? await this.counter.sample(rule, asCounted, query.sample) : [];
    const page = sql`SELECT unnest(${ids}::uuid[]) AS user_id`;
    const figures = customerFigures(page, rule, counted.asOf);
    const found = await this.readers.read(({ database }) => rows<FiguresRow>(database, figures));
    const sample = found.map((customer) => toCustomerFiguresView(customer, query.reveal));
    return new Computed({ ...countView(rule, counted), sample }, counted);
  }

  /** @throws Problem segment-not-found, segment-inactive, rule-too-heavy, index-not-available */
  async count(id: string, query: ReadingQuery): Promise<Computed<CountView>> {
    const segment = await segmentById(this.segments, id);
    const [rule] = await this.rules.resolve([segment.filters]);
    const counted = await this.sizes.one(segment, rule, query);
    return new Computed(countView(rule, counted), counted);
  }

  /**
   * One page of its customers, ordered by id, with their figures; out of PostgreSQL, from one snapshot.
   * @throws Problem segment-not-found, bad-cursor, segment-inactive, rule-too-heavy
   */
  async users(id: string, query: SegmentUsersQuery): Promise<Page<CustomerFiguresView>> {
    const scope = `segments/${id}/users?as_of=${query.as_of ?? ''}`;
    const [after] = this.cursors.read(scope, query.cursor) ?? [];
    const rule = await this.ruleOf(id);
    const read = ({ database, knownAt }: Reader) =>
      inSnapshot(database, async (snapshot) => {
        const asOf = query.as_of ?? knownAt;
        const page = this.builder.page([rule], asOf, query.limit + 1, after);
        const found = await rows<FiguresRow>(snapshot, customerFigures(page, rule, asOf));
        const count = this.builder.count([rule], asOf);
        const total = query.total ? await row<{ total: string }>(snapshot, count) : undefined;
        return this.cursors.page(found, query.limit, scope, (c) => [c.user_id], total && Number(total.total));
      });
    const found = () => this.turns.within(() => this.readers.read(read));
    const page = await namingTheCostliest(found, this.database, this.builder, [rule], query.as_of);
    return page.map((customer) => toCustomerFiguresView(customer, query.reveal));
  }

  /** @throws Problem segment-not-found, customer-not-found, segment-inactive */
  async explain(id: string, userId: string, { as_of }: AsOfQuery): Promise<ExplanationView> {
    const rule = await this.ruleOf(id);
    const found = await this.readers.find(async ({ database, knownAt }) =>
      (await rows<ExplainRow>(database, explainQuery(rule, userId, as_of ?? knownAt))).at(0),
    );
    if (!found) throw new Problem('customer-not-found', `There is no customer ${userId}.`);
    const explained = explanation(rule, found);
    return {
      segment_id: id,
      user_id: userId,
      member: found.active && explained.holds,
      is_active: found.active,
      as_of: found.as_of,
      rule: explained,
    };
  }

  /** The rule of a saved segment with what it refers to. @throws Problem segment-not-found, segment-inactive */
  async ruleOf(id: string): Promise<RuleNode> {
    const { filters } = await segmentById(this.segments, id);
    return (await this.rules.resolve([filters]))[0];
  }
}

function countView(rule: RuleNode, counted: Timed<Counted>): CountView {
  const [totals] = counted.totals;
  return {
    total: totals[0],
    share: shareOf(totals[0], counted.activeCustomers),
    active_customers: counted.activeCustomers,
    as_of: counted.asOf,
    elapsed_ms: counted.elapsedMs,
    source: counted.source,
    parts: nodesOf(rule).map((node, i) => ({
      pointer: node.pointer,
      type: node.type,
      ...(node.type === 'segment' && { segment_id: node.segmentId }),
      total: totals[i],
    })),
  };
}
