import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { Computed } from '../../common/answer';
import { Problem } from '../../common/problem';
import { AudienceCounter } from '../engines/audience-counter';
import type { IntersectionView, OverlapRequest, OverlapView, ReadingQuery } from './segment-insight.dto';
import { SegmentRules } from '../rules/segment-rules';
import { Segment } from '../segment.entity';

/** How segments lie over each other. */
@Injectable()
export class SegmentOverlapService {
  constructor(
    @InjectRepository(Segment) private readonly segments: Repository<Segment>,
    private readonly counter: AudienceCounter,
    private readonly rules: SegmentRules,
  ) {}

  /** @throws Problem unknown-segment, segment-inactive, rule-too-heavy, index-not-available */
  async overlap({ segment_ids }: OverlapRequest, query: ReadingQuery): Promise<Computed<OverlapView>> {
    const segments = await this.inOrder(segment_ids);
    const at = (i: number) => `/segment_ids/${i}`;
    const trees = await this.rules.resolve(
      segments.map(({ filters }) => filters),
      at,
    );
    const read = await this.counter.overlap(trees, { ...query, at });

    const masks = [...read.byMask];
    /** Customers of all segments of `mask`, whatever else they are in. */
    const inAllOf = (mask: number) => sum(masks.filter(([other]) => (other & mask) === mask).map(([, total]) => total));
    const intersections = masks.map(([mask, exactly]): IntersectionView => {
      const of = segment_ids.filter((_, i) => mask & (1 << i));
      return { segment_ids: of, exactly, at_least: inAllOf(mask) };
    });
    const view: OverlapView = {
      segments: segments.map(({ id, name }, i) => ({ segment_id: id, name, total: inAllOf(1 << i) })),
      intersections: intersections.sort((a, b) => b.exactly - a.exactly || a.segment_ids.length - b.segment_ids.length),
      union: sum(masks.map(([, total]) => total)),
      active_customers: read.activeCustomers,
      as_of: read.asOf,
      elapsed_ms: read.elapsedMs,
      source: read.source,
    };
    return new Computed(view, read);
  }

  private async inOrder(ids: string[]): Promise<Segment[]> {
    const found = new Map((await this.segments.findBy({ id: In(ids) })).map((segment) => [segment.id, segment]));
    const unknown = ids.flatMap((id, i) =>
      found.has(id) ? [] : [{ pointer: `/segment_ids/${i}`, detail: 'there is no such segment' }],
    );
    if (unknown.length > 0) throw new Problem('unknown-segment', 'Only segments that exist have an overlap.', unknown);
    return ids.map((id) => found.get(id)!);
  }
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
