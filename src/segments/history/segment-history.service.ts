import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import type { Page } from '../../common/answer';
import { Cursors } from '../../common/cursors';
import type { ListQuery } from '../../common/list.dto';
import { row, rows, type Sql } from '../../common/sql';
import { segmentById } from '../segment-by-id';
import {
  type SegmentSizeView,
  type SegmentVersionView,
  toSegmentSizeView,
  toSegmentVersionView,
} from './segment-history.dto';
import {
  countSizes,
  countVersions,
  selectSizes,
  selectVersions,
  type SizeRow,
  type VersionRow,
} from './segment-history.sql';
import { Segment } from '../segment.entity';

/** What a segment was, and how large. */
@Injectable()
export class SegmentHistoryService {
  constructor(
    @InjectRepository(Segment) private readonly segments: Repository<Segment>,
    @InjectDataSource() private readonly database: DataSource,
    private readonly cursors: Cursors,
  ) {}

  /** Its versions, newest first. @throws Problem segment-not-found, bad-cursor */
  async versions(id: string, query: ListQuery): Promise<Page<SegmentVersionView>> {
    const select = (limit: number, before?: string[]) => selectVersions(id, limit, before);
    const page = await this.page<VersionRow>(id, 'versions', query, select, countVersions(id), (v) => [String(v.version)]);
    return page.map(toSegmentVersionView);
  }

  /** Its sizes whenever it was counted, newest first. @throws Problem segment-not-found, bad-cursor */
  async sizes(id: string, query: ListQuery): Promise<Page<SegmentSizeView>> {
    const select = (limit: number, before?: string[]) => selectSizes(id, limit, before);
    const page = await this.page<SizeRow>(id, 'sizes', query, select, countSizes(id), (s) => [
      s.as_of.toISOString(),
      String(s.version),
    ]);
    return page.map(toSegmentSizeView);
  }

  private async page<T>(
    id: string,
    what: string,
    query: ListQuery,
    select: (limit: number, before?: string[]) => Sql,
    count: Sql,
    key: (item: T) => string[],
  ): Promise<Page<T>> {
    const scope = `segments/${id}/${what}`;
    const before = this.cursors.read(scope, query.cursor);
    await segmentById(this.segments, id);
    const found = await rows<T>(this.database, select(query.limit + 1, before));
    const total = query.total ? await row<{ total: string }>(this.database, count) : undefined;
    return this.cursors.page(found, query.limit, scope, key, total && Number(total.total));
  }
}
