import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Page } from '../common/answer';
import { Cursors } from '../common/cursors';
import type { PreviewQuery } from '../common/list.dto';
import { row, rows, type Sql } from '../common/sql';
import { inSnapshot } from '../database/transaction';
import { namingTheCostliest } from './queries/costliest-part';
import { nodesOf, type Rule } from './rules/rule';
import { type AsOf, SegmentQueryBuilder } from './queries/segment-query.builder';
import { SegmentRules, treesOf } from './rules/segment-rules';
import { Segment } from './segment.entity';

/** What another domain may know of a segment. */
export type SegmentRule = Pick<Segment, 'id' | 'version' | 'filters' | 'is_active'>;

/** The rules of segments as they were at one instant. */
export interface FrozenAudience {
  rules: SegmentRule[];
  /** The segments they refer to, and those refer to, but for themselves: what has to be kept beside a rule to know what it was. */
  referred: SegmentRule[];
  /** A SELECT of every customer the rules give, once: one column, `user_id`. It goes into another statement; no id comes out here. */
  statement: (asOf: AsOf) => Sql;
}

/** Whom rules reach. What a preview shows and what a dispatch takes comes out of the same statement, and always out of PostgreSQL. */
@Injectable()
export class AudienceService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
    private readonly cursors: Cursors,
    private readonly segmentRules: SegmentRules,
  ) {}

  /** The rules of these segments, ordered by id; ids that do not exist are left out. `manager` is the transaction to read them in. */
  rules(ids: string[], manager: EntityManager = this.database.manager): Promise<SegmentRule[]> {
    return manager.find(Segment, {
      where: { id: In(ids) },
      select: { id: true, version: true, filters: true, is_active: true },
      order: { id: 'ASC' },
    });
  }

  /**
   * The active ones of these segments, all read at one instant: no edit comes between a rule, what it refers to, and who is taken.
   * @throws Problem segment-inactive
   */
  async frozen(ids: string[], manager: EntityManager): Promise<FrozenAudience> {
    const known = await this.segmentRules.withReferred(ids, manager);
    const rules = [...new Set(ids)]
      .sort()
      .flatMap((id) => known.get(id) ?? [])
      .filter(({ is_active }) => is_active);
    const trees = treesOf(
      rules.map(({ filters }) => filters),
      known,
    );
    const referred = new Set(trees.flatMap(nodesOf).flatMap((node) => (node.type === 'segment' ? [node.segmentId] : [])));
    for (const { id } of rules) referred.delete(id);
    return {
      rules,
      referred: [...referred].map((id) => known.get(id)!),
      statement: (asOf) => this.builder.audience(trees, asOf),
    };
  }

  /**
   * One page of customer ids, ordered by id, and how many there are in all. Both are read from one snapshot: the total is that of
   * the very audience the page is cut from. `owner` is whose preview it is; its cursors serve no other.
   * @throws Problem bad-cursor, segment-inactive, rule-too-heavy
   */
  async preview(rules: readonly Rule[], query: PreviewQuery, owner: string): Promise<Page<string>> {
    const scope = `${owner}/preview-users?as_of=${query.as_of ?? ''}`;
    const [after] = this.cursors.read(scope, query.cursor) ?? [];
    const trees = await this.segmentRules.resolve(rules);
    const read = () =>
      inSnapshot(this.database, async (snapshot) => {
        const page = this.builder.page(trees, query.as_of, query.limit + 1, after);
        const found = await rows<{ user_id: string }>(snapshot, page);
        const total = query.total
          ? await row<{ total: string }>(snapshot, this.builder.count(trees, query.as_of))
          : undefined;
        const ids = found.map(({ user_id }) => user_id);
        return this.cursors.page(ids, query.limit, scope, (id) => [id], total && Number(total.total));
      });
    return namingTheCostliest(read, this.database, this.builder, trees, query.as_of);
  }
}
