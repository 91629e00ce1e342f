import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem, type ProblemType } from '../../common/problem';
import type { ReadAt } from '../../common/answer';
import { rows } from '../../common/sql';
import { problemFromDatabase } from '../../database/pg-errors';
import { AudienceCounter, type Reading, type Timed } from '../engines/audience-counter';
import type { Counted } from '../engines/audience-engine';
import type { RuleNode } from '../rules/rule';
import { isScannable } from '../column-index/scan/scan-plan';
import { insertSizes } from './segment-history.sql';
import { type Read, readSaved } from '../rules/saved-rules';
import { SegmentRules } from '../rules/segment-rules';
import type { Segment } from '../segment.entity';

type Countable = Pick<Segment, 'id' | 'name' | 'version' | 'filters'>;
type Readable = Extract<Read<Countable>, { rule: RuleNode }>;

/** The rule's own trouble, in which others have no part; any other is the database's. */
const OF_THE_RULE: readonly ProblemType[] = ['filter-not-available', 'rule-too-heavy'];
/** Each costs the database's whole time limit: with so many the rest is given up, too. */
const MOST_TOO_HEAVY = 3;

/** The sizes of several segments, and why some have none, for people. */
export interface Sizes {
  totals: Map<string, number>;
  problems: Map<string, string>;
  /** The oldest of what was read. */
  read?: ReadAt;
}

/** Those that the column index has scans for, and the others; one empty pass where there are none. */
function passesOf<T extends { rule: RuleNode }>(readable: T[]): T[][] {
  const scannable = readable.filter(({ rule }) => isScannable(rule));
  const others = readable.filter((one) => !scannable.includes(one));
  return others.length === 0 ? [scannable] : [scannable, others].filter((pass) => pass.length > 0);
}

function halvesOf<T>(all: readonly T[]): T[][] {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)];
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
   * Several in one pass; in two where the column index cannot answer some of them: those that it can need not wait for PostgreSQL. One
   * that cannot be counted has its problem instead, and the others have their sizes.
   * @throws Problem index-not-available
   */
  async of(segments: readonly Countable[], reading: Reading): Promise<Sizes> {
    const known = await this.rules.referred(segments.map(({ filters }) => filters)); // one read for all of them
    const read = readSaved(segments, known);
    const sizes: Sizes = { totals: new Map(), problems: new Map() };
    for (const one of read) if ('problem' in one) sizes.problems.set(one.segment.id, one.problem);
    const readable = read.filter((one): one is Readable => 'rule' in one);
    for (const pass of reading.source ? [readable] : passesOf(readable)) await this.count(pass, reading, sizes);
    return sizes;
  }

  private async count(pass: readonly Readable[], reading: Reading, sizes: Sizes, tooHeavy = 0): Promise<void> {
    const at = (i: number) => `/${pass[i].segment.id}/filters`;
    try {
      const counted = await this.counter.count(
        pass.map(({ rule }) => rule),
        { ...reading, at },
      );
      pass.forEach(({ segment }, i) => sizes.totals.set(segment.id, counted.totals[i][0]));
      if (!sizes.read || counted.dataAsOf < sizes.read.dataAsOf) sizes.read = counted;
      await this.keep(
        pass.map(({ segment }) => segment),
        counted,
      );
    } catch (error) {
      const problem = error instanceof Problem ? error : problemFromDatabase(error);
      if (!problem || !OF_THE_RULE.includes(problem.type)) throw error;
      if (problem.type === 'rule-too-heavy') {
        const others = pass.filter((_, i) => !problem.errors[0]?.pointer.startsWith(at(i)));
        const isGivenUp = others.length === pass.length || tooHeavy + 1 === MOST_TOO_HEAVY;
        for (const one of pass) if (isGivenUp || !others.includes(one)) sizes.problems.set(one.segment.id, problem.detail);
        if (!isGivenUp && others.length > 0) await this.count(others, reading, sizes, tooHeavy + 1);
      } else if (pass.length === 1) sizes.problems.set(pass[0].segment.id, problem.detail);
      // PostgreSQL refuses it at once, and does not say which: found by halves
      else for (const half of halvesOf(pass)) await this.count(half, reading, sizes);
    }
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
