import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type FieldError, Problem } from '../../common/problem';
import { row } from '../../common/sql';
import { Readers } from '../../database/readers';
import { AudienceService, type FrozenRule } from '../../segments/audience.service';
import { type AudienceFacts, type AudienceRow, selectAudienceFacts, toAudienceFacts } from './audience-facts.sql';

/** An audience, and the fields of preferences that at least 20 of its customers have, as a placeholder names them. */
export interface KnownAudience {
  facts: AudienceFacts;
  fields: string[];
}

const everybody: FrozenRule = { id: '', version: 0, filters: {} };

/** What may be told of an audience to somebody outside: figures, and never one customer's. */
@Injectable()
export class AudienceFactsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audience: AudienceService,
    private readonly readers: Readers,
  ) {}

  /**
   * Of the union of these segments as it is now; of all active customers where none is named.
   * @throws Problem unknown-segment, segment-inactive, statement-too-slow
   */
  async of(segmentIds: readonly string[]): Promise<KnownAudience> {
    await this.refuseUnusable(segmentIds);
    return this.read(segmentIds);
  }

  /** As `of`, of the active ones among them, which may be none. @throws Problem segment-inactive where a rule refers to one, statement-too-slow */
  async ofActive(segmentIds: readonly string[]): Promise<KnownAudience | undefined> {
    const known = await this.audience.rules([...segmentIds]);
    const active = known.filter(({ is_active }) => is_active).map(({ id }) => id);
    return active.length > 0 ? this.read(active) : undefined;
  }

  private async read(segmentIds: readonly string[]): Promise<KnownAudience> {
    const rules =
      segmentIds.length > 0 ? await this.audience.freeze([...segmentIds], [], this.database.manager) : [everybody];
    const found = await this.readers.read(({ database, knownAt }) =>
      row<AudienceRow>(database, selectAudienceFacts(this.audience.included(rules, knownAt))),
    );
    const facts = toAudienceFacts(found);
    return { facts, fields: facts.customers === null ? [] : found.fields.map((field) => `preferences.${field}`) };
  }

  private async refuseUnusable(segmentIds: readonly string[]): Promise<void> {
    const known = new Map((await this.audience.rules([...segmentIds])).map((rule) => [rule.id, rule]));
    const at = (isFaulty: (id: string) => boolean, detail: string): FieldError[] =>
      segmentIds.flatMap((id, i) => (isFaulty(id) ? [{ pointer: `/segment_ids/${i}`, detail }] : []));
    const unknown = at((id) => !known.has(id), 'there is no such segment');
    if (unknown.length > 0) throw new Problem('unknown-segment', 'A message is written for segments that exist.', unknown);
    const inactive = at((id) => !known.get(id)!.is_active, 'the segment is not active');
    if (inactive.length > 0) throw new Problem('segment-inactive', 'Activate it, or leave it out.', inactive);
  }
}
