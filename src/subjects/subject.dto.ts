import { ApiProperty } from '@nestjs/swagger';
import { InferredPreferencesView } from '../ai/preferences/preferences.dto';
import type { AudienceMember } from '../campaigns/dispatch/dispatch.dto';
import { CustomerProfileView, CustomerPurchaseView } from '../customers/customer.dto';
import { NotificationView } from '../notifications/notification.dto';
import { SuppressionView } from '../suppressions/suppression.dto';

/** Where something that people wrote has the customer's id or address in it. */
export class Mention {
  /** The table of the service. */
  @ApiProperty({ example: 'segments' })
  table: string;

  @ApiProperty({ example: 'description' })
  column: string;

  /** Of the segment, campaign, dispatch or webhook. */
  id: string;
}

/** What became of one attempt to deliver. */
export class AttemptFacts {
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempt: number;

  @ApiProperty({ example: 'retry' })
  outcome: string;

  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  @ApiProperty({ format: 'date-time' })
  ended_at: string;
}

export class SubjectNotification extends NotificationView {
  /** Attempts of which something is known beyond this notification, oldest first. */
  @ApiProperty({ type: () => [AttemptFacts] })
  history: AttemptFacts[];
}

/** A dispatch that matched the customer. */
export class SubjectAudience {
  @ApiProperty({ example: '17' })
  dispatch_id: string;

  @ApiProperty({ format: 'uuid' })
  campaign_id: string;

  /** `targeted`, or why not. */
  @ApiProperty({ type: String, example: 'targeted' })
  standing: AudienceMember['reason'];

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** Something about the customer that webhooks were told, or are to be told. */
export class SubjectEvent {
  @ApiProperty({ format: 'uuid' })
  id: string;

  type: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  data: Record<string, unknown>;

  @ApiProperty({ format: 'date-time' })
  occurred_at: string;
}

/** An answer that is kept for whoever repeats its request with the same Idempotency-Key, for 48 hours. */
export class SubjectAnswer {
  method: string;

  route: string;

  /** To the letter. */
  @ApiProperty({ type: String, nullable: true })
  body: string | null;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** Everything this service keeps of a customer, and what it reads of them. */
export class SubjectExport {
  @ApiProperty({ format: 'date-time' })
  exported_at: string;

  /** What is read of `users`, the address in full; null where the customer is not there any more. */
  @ApiProperty({ type: () => CustomerProfileView, nullable: true })
  customer: CustomerProfileView | null;

  /** What is read of `purchase_history`, newest first, at most 10,000. */
  @ApiProperty({ type: () => [CustomerPurchaseView] })
  purchases: CustomerPurchaseView[];

  /** How many there are; `GET /customers/{id}/purchases` has all. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  purchases_total: number;

  /** As the customer would read them now, newest dispatch first. */
  @ApiProperty({ type: () => [SubjectNotification] })
  notifications: SubjectNotification[];

  /** Dispatches that matched the customer, newest first. */
  @ApiProperty({ type: () => [SubjectAudience] })
  audiences: SubjectAudience[];

  @ApiProperty({ type: () => [SuppressionView] })
  suppressions: SuppressionView[];

  /** What a model took them to prefer; null where nothing was inferred. */
  @ApiProperty({ type: () => InferredPreferencesView, nullable: true })
  inferred_preferences: InferredPreferencesView | null;

  @ApiProperty({ type: () => [SubjectEvent] })
  webhook_events: SubjectEvent[];

  @ApiProperty({ type: () => [SubjectAnswer] })
  kept_answers: SubjectAnswer[];

  /** Texts and rules of people of the shop that have the id or the address in them; at most 100. */
  @ApiProperty({ type: () => [Mention] })
  mentions: Mention[];
}

/** What an erasure did. Done again, it finds nothing to do. */
export class ErasureView {
  /** Whether the customer had been erased before. */
  was_erased: boolean;

  /** Queued notifications that are not sent any more. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  notifications_withdrawn: number;

  /** Notifications that had something in them that is gone, the withdrawn ones included. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  notifications_emptied: number;

  /** Attempts of which the error is gone. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempts_emptied: number;

  /** Suppressions that were there. One is left, in every channel and for good, with the reason `erased`. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  suppressions_removed: number;

  /** Events about the customer that are gone, sent or not. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  webhook_events_removed: number;

  /** Answers kept under an Idempotency-Key that are gone; the keys still hold. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  kept_answers_emptied: number;

  /** 1 where something was inferred of the customer, and is gone. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  inferred_preferences_removed: number;

  /** Texts and rules of people of the shop that have the id or the address in them; at most 100. They are for those people to change. */
  @ApiProperty({ type: () => [Mention] })
  mentions: Mention[];
}
