import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Channel } from '../common/channels';

/** How often a customer may be messaged, over all campaigns. */
export interface FrequencyCapRule {
  max: number;
  per_days: number;
}

/** A message and the segments it goes to. Its columns carry the names they have on the wire. */
@Entity('campaigns')
export class Campaign {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  description: string;

  @Column('text', { nullable: true })
  title: string | null;

  @Column('text')
  message: string;

  @Column('text', { default: 'webpush' })
  channel: Channel;

  @Column('uuid', { array: true })
  segment_ids: string[];

  @Column('uuid', { array: true, default: '{}' })
  excluded_segment_ids: string[];

  @Column('jsonb', { nullable: true })
  frequency_cap: FrequencyCapRule | null;

  @Column('double precision', { default: 0 })
  holdout_percent: number;

  @Column('boolean', { default: true })
  once_per_customer: boolean;

  @Column('timestamptz', { nullable: true })
  not_after: Date | null;

  @Column('boolean', { default: true })
  is_active: boolean;

  /** Grows by one with every edit; the ETag. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { default: () => 'now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updated_at: Date;
}
