import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Page } from '../common/answer';
import { Cursors } from '../common/cursors';
import type { PreviewQuery } from '../common/list.dto';
import { row, rows, type Sql } from '../common/sql';
import { inSnapshot } from '../database/transaction';
import type { FilterSet } from './filters';
import { type AsOf, SegmentQueryBuilder } from './segment-query.builder';
import { Segment } from './segment.entity';

/** What another domain may know of a segment. */
export type SegmentRule = Pick<Segment, 'id' | 'version' | 'filters' | 'is_active'>;

/** Whom rules reach. What a preview shows and what a dispatch takes comes out of the same statement. */
@Injectable()
export class AudienceService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
    private readonly cursors: Cursors,
  ) {}

  /** The rules of these segments, ordered by id; ids that do not exist are left out. `manager` is the transaction to read them in. */
  rules(ids: string[], manager: EntityManager = this.database.manager): Promise<SegmentRule[]> {
    return manager.find(Segment, {
      where: { id: In(ids) },
      select: { id: true, version: true, filters: true, is_active: true },
      order: { id: 'ASC' },
    });
  }

  /** A SELECT of every customer the rules give, once: one column, `user_id`. It goes into another statement; no id comes out here. */
  statement(rules: readonly FilterSet[], asOf: AsOf): Sql {
    return this.builder.audience(rules, asOf);
  }

  /**
   * One page of customer ids, ordered by id, and how many there are in all. Both are read from one snapshot: the total is that of
   * the very audience the page is cut from. `owner` is whose preview it is; its cursors serve no other.
   * @throws Problem bad-cursor
   */
  async preview(rules: readonly FilterSet[], query: PreviewQuery, owner: string): Promise<Page<string>> {
    const scope = `${owner}/preview-users?as_of=${query.as_of ?? ''}`;
    const [after] = this.cursors.read(scope, query.cursor) ?? [];
    return inSnapshot(this.database, async (snapshot) => {
      const found = await rows<{ user_id: string }>(snapshot, this.builder.page(rules, query.as_of, query.limit + 1, after));
      const total = query.total ? await row<{ total: string }>(snapshot, this.builder.count(rules, query.as_of)) : undefined;
      const ids = found.map(({ user_id }) => user_id);
      return this.cursors.page(ids, query.limit, scope, (id) => [id], total && Number(total.total));
    });
  }
}
