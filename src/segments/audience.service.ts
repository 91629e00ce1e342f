import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Page } from '../common/answer';
import { Cursors } from '../common/cursors';
import type { PreviewQuery } from '../common/list.dto';
import { Problem } from '../common/problem';
import { type Queryable, row, rows, type Sql } from '../common/sql';
import { type Reader, Readers } from '../database/readers';
import { inSnapshot } from '../database/transaction';
import { namingTheCostliest } from './queries/costliest-part';
import { nodesOf, parseRule, type Rule, type RuleNode } from './rules/rule';
import { RuleTurns } from './queries/rule-turns';
import { type AsOf, SegmentQueryBuilder } from './queries/segment-query.builder';
import { TruthQuery } from './queries/truth-query';
import { SegmentRules, treesOf } from './rules/segment-rules';
import { Segment } from './segment.entity';

/** What another domain may know of a segment. */
export type SegmentRule = Pick<Segment, 'id' | 'version' | 'filters' | 'is_active'>;

/** A segment's rule as somebody keeps it who must not notice later edits. */
export interface FrozenRule {
  id: string;
  version: number;
  filters: Rule;
  /** Its customers are left out. */
  excluded?: true;
  /** Neither included nor excluded, but one that those refer to. */
  referred?: true;
}

/** How many customers each combination of included segments gives; `segments` are positions among them. */
export interface Combination {
  segments: number[];
  total: number;
}

/** Whom rules reach. What a preview shows and what a dispatch takes comes out of the same statement, and always out of PostgreSQL. */
@Injectable()
export class AudienceService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
    private readonly cursors: Cursors,
    private readonly segmentRules: SegmentRules,
    private readonly turns: RuleTurns,
    private readonly readers: Readers,
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
   * The active ones of the included segments, the excluded ones, and all that those refer to, read at one instant. None of `included` is
   * left where none is active.
   * @throws Problem segment-inactive where a rule refers to an inactive segment, or an excluded one is inactive: a campaign must not
   *   grow because a segment was switched off
   */
  async freeze(included: string[], excluded: string[], manager: EntityManager): Promise<FrozenRule[]> {
    const known = await this.segmentRules.withReferred([...included, ...excluded], manager);
    const inOrder = (ids: string[]) => [...new Set(ids)].sort().flatMap((id) => known.get(id) ?? []);
    const frozen = [
      ...inOrder(included)
        .filter(({ is_active }) => is_active)
        .map((segment) => frozenRule(segment)),
      ...inOrder(excluded).map((segment) => frozenRule(this.inUse(segment), { excluded: true })),
    ];
    const trees = treesOf(
      frozen.map(({ filters }) => filters),
      known,
    );
    const referred = new Set(trees.flatMap(nodesOf).flatMap((node) => (node.type === 'segment' ? [node.segmentId] : [])));
    for (const { id } of frozen) referred.delete(id);
    return [...frozen, ...inOrder([...referred]).map((segment) => frozenRule(segment, { referred: true }))];
  }

  /** A SELECT of every customer the included rules give, once: one column, `user_id`. It goes into another statement. */
  included(rules: readonly FrozenRule[], asOf: AsOf): Sql {
    return this.builder.audience(frozenTrees(rules, isIncluded), asOf);
  }

  /** The same of the excluded ones. */
  excluded(rules: readonly FrozenRule[], asOf: AsOf): Sql {
    return this.builder.audience(
      frozenTrees(rules, ({ excluded }) => excluded === true),
      asOf,
    );
  }

  /** How the included rules overlap: every combination that has customers, the largest first. One pass over the purchases. */
  async combinations(rules: readonly FrozenRule[], asOf: AsOf, database: Queryable): Promise<Combination[]> {
    const trees = frozenTrees(rules, isIncluded);
    const found = await rows<{ mask: string; total: string }>(database, new TruthQuery(trees, asOf).combinations());
    return found
      .map(({ mask, total }) => ({
        segments: trees.flatMap((_, i) => ((BigInt(mask) >> BigInt(i)) & 1n ? [i] : [])),
        total: Number(total),
      }))
      .filter(({ segments }) => segments.length > 0)
      .sort((a, b) => b.total - a.total);
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
    const read = ({ database, knownAt }: Reader) =>
      inSnapshot(database, async (snapshot) => {
        const asOf = query.as_of ?? knownAt;
        const page = this.builder.page(trees, asOf, query.limit + 1, after);
        const found = await rows<{ user_id: string }>(snapshot, page);
        const total = query.total ? await row<{ total: string }>(snapshot, this.builder.count(trees, asOf)) : undefined;
        const ids = found.map(({ user_id }) => user_id);
        return this.cursors.page(ids, query.limit, scope, (id) => [id], total && Number(total.total));
      });
    return namingTheCostliest(
      () => this.turns.within(() => this.readers.read(read)),
      this.database,
      this.builder,
      trees,
      query.as_of,
    );
  }

  /** @throws Problem segment-inactive */
  private inUse<T extends { name: string; is_active: boolean }>(segment: T): T {
    if (segment.is_active) return segment;
    throw new Problem(
      'segment-inactive',
      `The excluded segment "${segment.name}" is not active. Activate it, or take it out of excluded_segment_ids.`,
    );
  }
}

const frozenRule = (
  { id, version, filters }: Pick<Segment, 'id' | 'version' | 'filters'>,
  role: Pick<FrozenRule, 'excluded' | 'referred'> = {},
): FrozenRule => ({ id, version, filters, ...role });

/** Whether a frozen rule is one of those whose customers are matched. */
export const isIncluded = ({ excluded, referred }: FrozenRule): boolean => !excluded && !referred;

/** What the rules refer to is kept beside them. */
function frozenTrees(rules: readonly FrozenRule[], which: (rule: FrozenRule) => boolean): RuleNode[] {
  const byId = new Map(rules.map(({ id, filters }) => [id, filters]));
  return rules.filter(which).map(({ filters }) => parseRule(filters, (id) => byId.get(id)!));
}
