import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type FieldError, Problem } from '../../common/problem';
import { type Queryable, rows, sql } from '../../common/sql';
import { costOf, LIMITS, parseRule, referencesOf, type Rule, type RuleNode } from './rule';
import type { Segment } from '../segment.entity';

/** Segments by id, with all that they refer to among them. */
export type Known = Map<string, Referable>;
type Referable = Pick<Segment, 'id' | 'name' | 'version' | 'filters' | 'is_active' | 'refers_to'>;

/** What rules refer to: read with them, and kept free of loops, of holes and of sizes nobody could answer. */
@Injectable()
export class SegmentRules {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * The trees of rules, with the segments they refer to as those are now. `at` is where a rule stands in the request.
   * @throws Problem unknown-segment, segment-inactive
   */
  async resolve(rules: readonly Rule[], at: (rule: number) => string = () => '/filters'): Promise<RuleNode[]> {
    return treesOf(rules, await this.referred(rules), at);
  }

  /** Every segment these rules refer to, and those refer to, by id. */
  referred(rules: readonly Rule[], database: Queryable = this.database): Promise<Known> {
    return this.withReferred(
      [...new Set(rules.flatMap((rule) => referencesOf(rule).map(({ segmentId }) => segmentId)))],
      database,
    );
  }

  /** These segments, and every one that they lead to, by id; ids that do not exist are left out. One statement, so of one instant. */
  async withReferred(ids: string[], database: Queryable): Promise<Known> {
    if (ids.length === 0) return new Map();
    const found = await rows<Referable>(
      database,
      sql`WITH RECURSIVE referred AS (
            SELECT id, name, version, filters, is_active, refers_to FROM segments WHERE id = ANY (${ids}::uuid[])
            UNION
            SELECT s.id, s.name, s.version, s.filters, s.is_active, s.refers_to FROM referred r JOIN segments s ON s.id = ANY (r.refers_to)
          )
          SELECT * FROM referred`,
    );
    return new Map(found.map((segment) => [segment.id, segment]));
  }

  /**
   * For a transaction that writes a rule: none other writes one until it ends, so that no two make a loop between them.
   */
  async lock(transaction: Queryable): Promise<void> {
    await rows(transaction, sql`SELECT pg_advisory_xact_lock(hashtextextended('segment rules', 0))`);
  }

  /**
   * The tree of a rule that a segment may have. `id` is left out for one that is not there yet.
   * @throws Problem bad-request, unknown-segment, segment-inactive, segment-cycle, segment-in-use
   */
  async fitting(transaction: Queryable, rule: Rule, id?: string): Promise<RuleNode> {
    const known = await this.referred([rule], transaction);
    const leadsBack = (segmentId: string): boolean =>
      segmentId === id || (known.get(segmentId)?.refers_to ?? []).some(leadsBack);
    const back = referencesOf(rule).filter(({ segmentId }) => leadsBack(segmentId));
    if (back.length > 0)
      throw new Problem(
        'segment-cycle',
        'A segment cannot be made of itself.',
        back.map(({ pointer }) => ({ pointer: `/filters${pointer}`, detail: 'leads back to this segment' })),
      );
    const [tree] = treesOf([rule], known);
    const excess = excessOf(tree);
    if (excess)
      throw new Problem('bad-request', `The rule, with the segments it refers to, ${excess}.`, [
        { pointer: '/filters', detail: `${excess}, with the segments it refers to` },
      ]);
    if (id) await this.refuseOutgrown(transaction, rule, id);
    return tree;
  }

  /** @throws Problem segment-in-use where active segments refer to this one, which is to be deactivated */
  async refuseInUse(transaction: Queryable, id: string): Promise<void> {
    const names = (await this.referrers(transaction, id))
      .filter((segment) => segment.is_active && segment.refers_to.includes(id))
      .map(({ name }) => name);
    if (names.length === 0) return;
    const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
    throw new Problem('segment-in-use', `Active segments refer to it: ${shown}. Change or deactivate those first.`);
  }

  /** Rules that refer to this one grow with it. */
  private async refuseOutgrown(transaction: Queryable, rule: Rule, id: string): Promise<void> {
    const referrers = await this.referrers(transaction, id);
    const known = await this.referred([...referrers.map(({ filters }) => filters), rule], transaction);
    const ruleOf = (segmentId: string) => (segmentId === id ? rule : known.get(segmentId)!.filters);
    for (const { name, filters } of referrers) {
      const excess = excessOf(parseRule(filters, ruleOf));
      if (excess)
        throw new Problem('segment-in-use', `The segment "${name}" refers to it and would then be too large: it ${excess}.`);
    }
  }

  /** The segments whose rules lead to this one. */
  private referrers(database: Queryable, id: string): Promise<Referable[]> {
    return rows<Referable>(
      database,
      sql`WITH RECURSIVE referrers AS (
            SELECT id, name, version, filters, is_active, refers_to FROM segments WHERE refers_to @> ARRAY[${id}::uuid]
            UNION
            SELECT s.id, s.name, s.version, s.filters, s.is_active, s.refers_to FROM referrers r JOIN segments s ON s.refers_to @> ARRAY[r.id]
          )
          SELECT * FROM referrers`,
    );
  }
}

/**
 * The trees of rules. `at` is where a rule stands in the request.
 * @throws Problem unknown-segment, segment-inactive
 */
export const treesOf = (rules: readonly Rule[], known: Known, at: (rule: number) => string = () => '/filters'): RuleNode[] =>
  rules.map((rule, i) => {
    refuseHoles(rule, known, at(i));
    return parseRule(rule, (id) => known.get(id)!.filters);
  });

function excessOf(tree: RuleNode): string | undefined {
  const { conditions, levels } = costOf(tree);
  if (conditions > LIMITS.conditions) return `has ${conditions} conditions; ${LIMITS.conditions} is the most`;
  return levels > LIMITS.levels ? `has ${levels} levels; ${LIMITS.levels} is the most` : undefined;
}

/** References to what is not there, or not in use: "not in a segment that is gone" would be everybody. */
function refuseHoles(rule: Rule, known: Known, at: string): void {
  const unknown: FieldError[] = [];
  const inactive: FieldError[] = [];
  for (const { segmentId, pointer } of referencesOf(rule)) {
    const segment = known.get(segmentId);
    if (!segment) unknown.push({ pointer: at + pointer, detail: 'there is no such segment' });
    else if (!segment.is_active)
      inactive.push({ pointer: at + pointer, detail: `the segment "${segment.name}" is not active` });
    else refuseHoles(segment.filters, known, at + pointer);
  }
  if (unknown.length > 0) throw new Problem('unknown-segment', 'A rule refers to segments that exist.', unknown);
  if (inactive.length > 0) throw new Problem('segment-inactive', 'Activate it, or take it out of the rule.', inactive);
}
