import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem';
import type { ReadAt } from '../../common/answer';
import { rows } from '../../common/sql';
import { AudienceCounter, type Reading, type Timed } from '../engines/audience-counter';
import type { Counted } from '../engines/audience-engine';
import type { RuleNode } from '../rules/rule';
import { isScannable } from '../column-index/scan/scan-plan';
import { insertSizes } from './segment-history.sql';
import { SegmentRules, treesOf } from '../rules/segment-rules';
import type { Segment } from '../segment.entity';

type Countable = Pick<Segment, 'id' | 'version' | 'filters'>;

function unlessInactive(read: () => RuleNode): RuleNode | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem && error.type === 'segment-inactive') return undefined;
    throw error;
  }
}

/** Those that the column index has scans for, and the others; one empty pass where there are none. */
function passesOf<T extends { rule: RuleNode }>(readable: T[]): T[][] {
  const scannable = readable.filter(({ rule }) => isScannable(rule));
  const others = readable.filter((one) => !scannable.includes(one));
  return others.length === 0 ? [scannable] : [scannable, others].filter((pass) => pass.length > 0);
}

/** How large saved segments are now; what is counted is kept, so that a segment has a past. */
@Injectable()
export class SegmentSizes {
  private readonly logger = new Logger('Segments');

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly counter: AudienceCounter,
    private readonly rules: SegmentRules,
  ) {}

  /** @param rule its tree. @throws Problem index-not-available, rule-too-heavy */
  async one(segment: Countable, rule: RuleNode, reading: Reading): Promise<Timed<Counted>> {
    const counted = await this.counter.count([rule], reading);
    if (reading.as_of === undefined) await this.keep([segment], counted);
    return counted;
  }

  /**
   * Several in one pass; in two where the column index cannot answer some of them: those that it can need not wait for PostgreSQL. A
   * segment whose rule cannot be read any more, because what it refers to is not active, has no size.
   * @throws Problem index-not-available, rule-too-heavy
   */
  async of(segments: readonly Countable[], reading: Reading): Promise<ReadAt & { byId: Map<string, number> }> {
    const known = await this.rules.referred(segments.map(({ filters }) => filters)); // one read for all of them
    const readable = segments.flatMap((segment) => {
      const rule = unlessInactive(() => treesOf([segment.filters], known)[0]);
      return rule ? [{ segment, rule }] : [];
    });
    const byId = new Map<string, number>();
    let oldest: ReadAt | undefined;
    for (const pass of reading.source ? [readable] : passesOf(readable)) {
      const at = (i: number) => `/${pass[i].segment.id}/filters`;
      const counted = await this.counter.count(
        pass.map(({ rule }) => rule),
        { ...reading, at },
      );
      pass.forEach(({ segment }, i) => byId.set(segment.id, counted.totals[i][0]));
      if (!oldest || counted.dataAsOf < oldest.dataAsOf) oldest = counted;
      await this.keep(
        pass.map(({ segment }) => segment),
        counted,
      );
    }
    return { ...(oldest as ReadAt), byId };
  }

  /** A count that cannot be kept is still a count. */
  private async keep(segments: readonly Countable[], { asOf, source, totals }: Counted): Promise<void> {
    const sizes = segments.map(({ id, version }, i) => ({ segmentId: id, version, total: totals[i][0] }));
    try {
      await rows(this.database, insertSizes(sizes, asOf, source));
    } catch (error) {
      this.logger.warn(`Sizes of segments were not kept: ${(error as Error).message}`);
    }
  }
}
