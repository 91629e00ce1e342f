import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A message and the segments it goes to. Its columns carry the names they have on the wire. */
@Entity('campaigns')
export class Campaign {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  description: string;

  @Column('text')
  message: string;

  @Column('uuid', { array: true })
  segment_ids: string[];

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
