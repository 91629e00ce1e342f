import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { fieldsOf } from '../audit/trail';
import { nameOf, type Principal } from '../auth/principal';
import { type Page, Versioned } from '../common/answer';
import { Cursors } from '../common/cursors';
import type { ExpectedVersion } from '../common/if-match';
import type { PreviewQuery } from '../common/list.dto';
import { badField } from '../common/problem';
import { rows } from '../common/sql';
import { edit, newestFirst } from '../common/table';
import type { Once } from '../idempotency/once';
import { AudienceService } from './audience.service';
import { SegmentDraftsService } from './drafts/segment-drafts.service';
import { referencesOf, type Rule } from './rules/rule';
import { noSuchSegment, segmentById } from './segment-by-id';
import { selectTrends, selectUses, type TrendRow, type UseRow } from './segment-list.sql';
import { insertVersion } from './history/segment-history.sql';
import { SegmentRules } from './rules/segment-rules';
import { SegmentSizes } from './history/segment-sizes';
import { type CreateSegment, type SegmentsQuery, type SegmentView, toSegmentView, type UpdateSegment } from './segment.dto';
import { Segment } from './segment.entity';

/** What a list says of a segment at most. */
const MOST_DAYS = 30;
const MOST_CAMPAIGNS = 50;

@Injectable()
export class SegmentsService {
  constructor(
    @InjectRepository(Segment) private readonly segments: Repository<Segment>,
    private readonly cursors: Cursors,
    private readonly audience: AudienceService,
    private readonly rules: SegmentRules,
    private readonly sizes: SegmentSizes,
    private readonly drafts: SegmentDraftsService,
  ) {}

  /** @throws Problem bad-request, unknown-segment, segment-inactive, draft-not-usable, rule-too-heavy, model-… */
  async create(
    { name, description, ...asked }: CreateSegment,
    caller: Principal,
    once: Once,
    signal?: AbortSignal,
  ): Promise<Versioned<SegmentView>> {
    const rule = await this.ruleFrom(asked, signal);
    return once(async (transaction, changed) => {
      if (referencesOf(rule).length > 0) await this.rules.lock(transaction);
      await this.rules.fitting(transaction, rule);
      const made = await transaction.save(
        transaction.create(Segment, { name, description: description ?? '', filters: rule, refers_to: refersTo(rule) }),
      );
      await rows(transaction, insertVersion(made.id, nameOf(caller)));
      changed(made.id, { after: toSegmentView(made) });
      return versioned(made, `/segments/${made.id}`);
    });
  }

  /** @throws Problem bad-cursor, index-not-available */
  async list(query: SegmentsQuery): Promise<Page<SegmentView>> {
    const page = await newestFirst(this.segments, this.cursors, query, (segment) => segment);
    const ids = page.items.map(({ id }) => id);
    const counted = query.counts ? await this.sizes.of(page.items, { source: query.source }) : undefined;
    // after the count, which is the newest size
    const trends = query.trend
      ? bySegment(await rows<TrendRow>(this.segments.manager, selectTrends(ids, MOST_DAYS)))
      : undefined;
    const uses = query.used_by
      ? bySegment(await rows<UseRow>(this.segments.manager, selectUses(ids, MOST_CAMPAIGNS)))
      : undefined;
    const views = page.map((segment) =>
      toSegmentView(segment, {
        total: counted && (counted.totals.get(segment.id) ?? null),
        problem: counted?.problems.get(segment.id),
        sizes: trends?.(segment.id).map(({ as_of, total }) => ({ as_of: as_of.toISOString(), total: Number(total) })),
        campaigns: uses?.(segment.id).map(({ id, name }) => ({ id, name })),
      }),
    );
    return counted?.read ? views.readAt(counted.read) : views;
  }

  /** @throws Problem segment-not-found */
  async get(id: string): Promise<Versioned<SegmentView>> {
    return versioned(await this.find(id));
  }

  /**
   * @throws Problem segment-not-found, precondition-failed, bad-request, unknown-segment, segment-inactive, segment-cycle,
   *   segment-in-use
   */
  async update(
    id: string,
    changes: UpdateSegment,
    expected: ExpectedVersion,
    caller: Principal,
    once: Once,
  ): Promise<Versioned<SegmentView>> {
    const { filters, is_active } = changes;
    return once(async (transaction, changed) => {
      if (filters !== undefined || is_active !== undefined) {
        await this.rules.lock(transaction);
        await this.refuseHarm(transaction, id, changes);
      }
      const edited = await edit(transaction.getRepository(Segment), id, expected, {
        ...changes,
        ...(filters && { refers_to: refersTo(filters) }),
      });
      if (!edited) throw noSuchSegment(id);
      const { before, after } = edited;
      await rows(transaction, insertVersion(id, nameOf(caller)));
      const detail = { fields: fieldsOf(changes) };
      changed(id, { before: toSegmentView(before), after: toSegmentView(after), detail });
      return versioned(after);
    });
  }

  /** Soft: the segment stays readable and can be activated again. @throws Problem segment-not-found, precondition-failed, segment-in-use */
  async deactivate(id: string, expected: ExpectedVersion, caller: Principal, once: Once): Promise<void> {
    await this.update(id, { is_active: false }, expected, caller, once);
  }

  /** Ids of the customers the segment gives, active or not. @throws Problem segment-not-found, bad-cursor */
  async previewUsers(id: string, query: PreviewQuery): Promise<Page<string>> {
    const { filters } = await this.find(id);
    return this.audience.preview([filters], query, `segments/${id}`);
  }

  private find(id: string): Promise<Segment> {
    return segmentById(this.segments, id);
  }

  /** What an edit would do to others: a rule they refer to may not grow into a loop, or vanish under them. */
  private async refuseHarm(transaction: EntityManager, id: string, { filters, is_active }: UpdateSegment): Promise<void> {
    const segment = await transaction.findOneBy(Segment, { id });
    if (!segment) return; // the edit itself says so
    if (filters !== undefined || (is_active === true && !segment.is_active))
      await this.rules.fitting(transaction, filters ?? segment.filters, id);
    if (is_active === false) await this.rules.refuseInUse(transaction, id);
  }

  private async ruleFrom(
    { filters, prompt }: Pick<CreateSegment, 'filters' | 'prompt'>,
    signal?: AbortSignal,
  ): Promise<Rule> {
    const sentence = prompt?.trim();
    if (sentence) return this.drafts.rule(sentence, filters, signal);
    if (filters === undefined)
      throw badField('/filters', 'is required ({} is every active customer), unless prompt is given');
    return filters;
  }
}

/** The rows of each segment, in their order; none of one that has none. */
function bySegment<T extends { segment_id: string }>(found: readonly T[]): (id: string) => T[] {
  const grouped = new Map<string, T[]>();
  for (const one of found) grouped.set(one.segment_id, [...(grouped.get(one.segment_id) ?? []), one]);
  return (id) => grouped.get(id) ?? [];
}

const refersTo = (rule: Rule): string[] => [...new Set(referencesOf(rule).map(({ segmentId }) => segmentId))];

const versioned = (segment: Segment, location?: string) => new Versioned(toSegmentView(segment), segment.version, location);
