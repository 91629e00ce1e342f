import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { EventType } from './event-types';

/** An address that is told of events. Its secrets lie in a table of their own. Its columns carry the names they have on the wire. */
@Entity('webhooks')
export class Webhook {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  url: string;

  @Column('text')
  description: string;

  @Column('text', { array: true })
  events: EventType[];

  @Column('boolean', { default: true })
  is_active: boolean;

  /** Why the service switched it off; null where a person did, or nobody. */
  @Column('text', { nullable: true })
  disabled_reason: string | null;

  /** The first failure after which nothing has succeeded. */
  @Column('timestamptz', { nullable: true })
  failing_since: Date | null;

  /** Grows by one with every edit; the ETag. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { default: () => 'now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updated_at: Date;
}
