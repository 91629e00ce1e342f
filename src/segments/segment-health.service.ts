import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { ColumnIndex } from './column-index/column-index';
import type { ColumnIndexView } from './column-index/column-index.dto';
import { readSaved } from './rules/saved-rules';
import { SegmentRules } from './rules/segment-rules';
import { Segment } from './segment.entity';

/** A segment whose rule cannot be read any more. */
export interface UnreadableSegment {
  id: string;
  name: string;
  /** For people. */
  problem: string;
}

/** Whether segments can be answered as they should. */
@Injectable()
export class SegmentHealthService {
  constructor(
    @InjectRepository(Segment) private readonly segments: Repository<Segment>,
    private readonly rules: SegmentRules,
    private readonly columnIndex: ColumnIndex,
  ) {}

  /** Active ones, by name. */
  async unreadable(): Promise<UnreadableSegment[]> {
    const active = await this.segments.find({
      select: { id: true, name: true, filters: true },
      where: { is_active: true },
      order: { name: 'ASC', id: 'ASC' },
    });
    const read = readSaved(active, await this.rules.referred(active.map(({ filters }) => filters)));
    return read.flatMap((one) =>
      'problem' in one ? [{ id: one.segment.id, name: one.segment.name, problem: one.problem }] : [],
    );
  }

  /** The column index of this replica. */
  index(): ColumnIndexView {
    return this.columnIndex.state();
  }
}
