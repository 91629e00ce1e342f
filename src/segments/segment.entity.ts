import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Rule } from './rules/rule';

/** A saved rule. Its columns carry the names they have on the wire. */
@Entity('segments')
export class Segment {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  description: string;

  @Column('jsonb')
  filters: Rule;

  /** The segments that `filters` names. */
  @Column('uuid', { array: true, default: [] })
  refers_to: string[];

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
