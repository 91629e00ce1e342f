import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { type Page, Versioned } from '../common/answer';
import { Cursors } from '../common/cursors';
import { changedMeanwhile, type ExpectedVersion } from '../common/if-match';
import { byId, edit, newestFirst } from '../common/table';
import type { ActiveListQuery, PreviewQuery } from '../common/list.dto';
import { badField, Problem } from '../common/problem';
import { AudienceService } from './audience.service';
import { asksNothing } from './filter-set.dto';
import type { FilterSet } from './filters';
import { SegmentDrafter } from './segment-drafter';
import { type CreateSegment, type SegmentView, toSegmentView, type UpdateSegment } from './segment.dto';
import { Segment } from './segment.entity';

@Injectable()
export class SegmentsService {
  constructor(
    @InjectRepository(Segment) private readonly segments: Repository<Segment>,
    private readonly cursors: Cursors,
    private readonly audience: AudienceService,
    private readonly drafter: SegmentDrafter,
  ) {}

  /** @throws Problem bad-request, draft-not-usable, model-… */
  async create({ name, description, filters, prompt }: CreateSegment): Promise<Versioned<SegmentView>> {
    const rule = await this.ruleFrom(filters, prompt?.trim());
    const segment = await this.segments.save(
      this.segments.create({ name, description: description ?? '', filters: rule }),
      { transaction: false }, // one INSERT is atomic without BEGIN and COMMIT around it
    );
    return versioned(segment, `/segments/${segment.id}`);
  }

  list(query: ActiveListQuery): Promise<Page<SegmentView>> {
    return newestFirst(this.segments, this.cursors, query, toSegmentView);
  }

  /** @throws Problem segment-not-found */
  async get(id: string): Promise<Versioned<SegmentView>> {
    return versioned(await this.find(id));
  }

  /** @throws Problem segment-not-found, precondition-failed */
  async update(id: string, changes: UpdateSegment, expected: ExpectedVersion): Promise<Versioned<SegmentView>> {
    const segment = await edit(this.segments, id, expected, changes);
    if (segment) return versioned(segment);
    await this.find(id); // not there at all, or not in that version
    throw changedMeanwhile('segment');
  }

  /** Soft: the segment stays readable and can be activated again. @throws Problem segment-not-found, precondition-failed */
  async deactivate(id: string, expected: ExpectedVersion): Promise<void> {
    await this.update(id, { is_active: false }, expected);
  }

  /** Ids of the customers the segment gives, active or not. @throws Problem segment-not-found, bad-cursor */
  async previewUsers(id: string, query: PreviewQuery): Promise<Page<string>> {
    const { filters } = await this.find(id);
    return this.audience.preview([filters], query, `segments/${id}`);
  }

  private async find(id: string): Promise<Segment> {
    const segment = await byId(this.segments, id);
    if (!segment) throw new Problem('segment-not-found', `There is no segment ${id}.`);
    return segment;
  }

  private async ruleFrom(filters: FilterSet | undefined, prompt: string | undefined): Promise<FilterSet> {
    if (prompt) return this.draftedRule(prompt, filters);
    if (filters === undefined)
      throw badField('/filters', 'is required ({} is every active customer), unless prompt is given');
    return filters;
  }

  /** What the caller wrote wins over what the model drafts, but the two together must not come to "everyone". */
  private async draftedRule(prompt: string, filters: FilterSet | undefined): Promise<FilterSet> {
    const rule = { ...(await this.drafter.draftFilters(prompt)), ...filters };
    if (asksNothing(rule))
      throw new Problem(
        'draft-not-usable',
        'Together with your filters the drafted rule would match every customer: leave out one of the two.',
        [{ pointer: '/filters', detail: 'makes the drafted rule match every customer' }],
      );
    return rule;
  }
}

const versioned = (segment: Segment, location?: string) => new Versioned(toSegmentView(segment), segment.version, location);
