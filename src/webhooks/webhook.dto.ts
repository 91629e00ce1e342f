import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { ListQuery } from '../common/list.dto';
import { Optional } from '../common/validators';
import { type EventType, eventTypes, TEST_EVENT } from './event-types';
import type { Webhook } from './webhook.entity';

const MAX_URL = 2048;
const MAX_DESCRIPTION = 2000;

/** An address to be told of events. */
export class CreateWebhook {
  /**
   * Where events are posted to: http:// or https://, without user and password. A private address is refused unless `EGRESS_ALLOW` names it;
   * it is looked at again whenever something is sent.
   */
  @Matches(/^[^\s\p{Cc}]+$/u, { message: '$property must be an address, without spaces' })
  @MaxLength(MAX_URL)
  @IsString()
  @ApiProperty({ type: String, format: 'uri', maxLength: MAX_URL, example: 'https://example.com/hooks/crm' })
  url: string;

  /** What it is told of. */
  @ArrayMinSize(1)
  @ArrayMaxSize(eventTypes.length)
  @ArrayUnique({ message: '$property must name each event once' })
  @IsIn(eventTypes, { each: true })
  @IsArray()
  @ApiProperty({ enum: eventTypes, isArray: true, minItems: 1, maxItems: eventTypes.length, uniqueItems: true })
  events: EventType[];

  /** What it is for. */
  @IsOptional()
  @MaxLength(MAX_DESCRIPTION)
  @IsString()
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: MAX_DESCRIPTION })
  description?: string | null;
}

/** What changes of a webhook; what is left out stays. */
export class UpdateWebhook {
  /** Where events are posted to from now on, those that wait to be sent again included. */
  @Optional()
  @Matches(/^[^\s\p{Cc}]+$/u, { message: '$property must be an address, without spaces' })
  @MaxLength(MAX_URL)
  @IsString()
  @ApiPropertyOptional({ type: String, format: 'uri', maxLength: MAX_URL })
  url?: string;

  /** What it is told of: the whole list. */
  @Optional()
  @ArrayMinSize(1)
  @ArrayMaxSize(eventTypes.length)
  @ArrayUnique({ message: '$property must name each event once' })
  @IsIn(eventTypes, { each: true })
  @IsArray()
  @ApiPropertyOptional({ enum: eventTypes, isArray: true, minItems: 1, maxItems: eventTypes.length, uniqueItems: true })
  events?: EventType[];

  /** What it is for. */
  @Optional()
  @MaxLength(MAX_DESCRIPTION)
  @IsString()
  description?: string;

  /** False: nothing is sent and nothing new recorded, and what waits to be sent stays. True: it goes on, also where the service stopped it. */
  @Optional()
  @IsBoolean()
  is_active?: boolean;
}

/** An address that is told of events. */
export class WebhookView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** Where events are posted to. */
  url: string;

  /** What it is told of. */
  @ApiProperty({ enum: eventTypes, isArray: true })
  events: EventType[];

  /** What it is for; empty when nobody said. */
  description: string;

  /** Nothing is sent to an inactive one, and no event recorded for it. */
  is_active: boolean;

  /** Why the service switched it off; null where it did not. `PATCH {"is_active": true}` switches it on again. */
  @ApiProperty({ type: String, nullable: true })
  disabled_reason: string | null;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  /** When it was edited last, or switched off. */
  @ApiProperty({ format: 'date-time' })
  updated_at: string;
}

/** A webhook that was just created. */
export class CreatedWebhookView extends WebhookView {
  /** Signs what is sent to it (HMAC-SHA256). Shown now and never again: keep it where events are received. */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  secret: string;
}

/** A secret that replaces another. */
export class RotatedSecretView {
  /** Signs what is sent from now on. Shown now and never again. */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  secret: string;

  /** Until then the secret that it replaces signs as well. */
  @ApiProperty({ format: 'date-time' })
  previous_secret_expires_at: string;
}

/** `pending`: to be sent, or to be sent again. `delivered`: answered with a 2xx. `failed`: given up. */
const deliveryStatuses = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** Which deliveries to list. */
export class DeliveriesQuery extends ListQuery {
  /** Only those of this status. */
  @Optional()
  @IsIn(deliveryStatuses)
  @ApiPropertyOptional({ enum: deliveryStatuses })
  status?: DeliveryStatus;
}

/** One event on its way to one webhook. */
export class DeliveryView {
  @ApiProperty({ example: '42' })
  id: string;

  /** The `webhook-id` of every attempt. */
  @ApiProperty({ format: 'uuid' })
  event_id: string;

  /** What happened. */
  @ApiProperty({ enum: [...eventTypes, TEST_EVENT] })
  event: string;

  /** The `data` of what is sent. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  data: object;

  /** `pending`: to be sent, or to be sent again. `delivered`: answered with a 2xx. `failed`: given up. */
  @ApiProperty({ enum: deliveryStatuses })
  status: DeliveryStatus;

  /** How often it was tried; ten times at most. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempts: number;

  /** What the last attempt was answered with; null where there was no answer. */
  @ApiProperty({ type: 'integer', nullable: true })
  http_status: number | null;

  /** Why the last attempt failed; null where it did not, or where `http_status` says it. */
  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  /** When it happened. */
  @ApiProperty({ format: 'date-time' })
  occurred_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  last_attempt_at: string | null;

  /** When it is tried next, where the webhook is active; null where it is not pending. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  next_attempt_at: string | null;
}

/** A row as webhooks.sql.ts selects it. */
export interface DeliveryRow {
  id: string;
  event_id: string;
  event: string;
  data: object;
  status: DeliveryStatus;
  attempts: number;
  http_status: number | null;
  error: string | null;
  occurred_at: Date;
  last_attempt_at: Date | null;
  due_at: Date;
}

export const toWebhookView = (webhook: Webhook): WebhookView => ({
  id: webhook.id,
  url: webhook.url,
  events: webhook.events,
  description: webhook.description,
  is_active: webhook.is_active,
  disabled_reason: webhook.disabled_reason,
  created_at: webhook.created_at.toISOString(),
  updated_at: webhook.updated_at.toISOString(),
});

export const toDeliveryView = (delivery: DeliveryRow): DeliveryView => ({
  id: delivery.id,
  event_id: delivery.event_id,
  event: delivery.event,
  data: delivery.data,
  status: delivery.status,
  attempts: delivery.attempts,
  http_status: delivery.http_status,
  error: delivery.error,
  occurred_at: delivery.occurred_at.toISOString(),
  last_attempt_at: delivery.last_attempt_at?.toISOString() ?? null,
  next_attempt_at: delivery.status === 'pending' ? delivery.due_at.toISOString() : null,
});

/** An event as webhooks.sql.ts selects it. */
export interface EventRow {
  id: string;
  type: string;
  data: Record<string, unknown>;
  occurred_at: Date;
}
