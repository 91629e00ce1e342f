import { empty, sql, type Sql } from '../common/sql';
import { TEST_EVENT } from './event-types';
import type { DeliveryStatus } from './webhook.dto';

const view = sql`d.id, d.event_id, e.type AS event, e.data, d.status, d.attempts, d.http_status, d.error, e.occurred_at, d.last_attempt_at, d.due_at`;

/** One page of a webhook's deliveries, newest first. */
export const selectDeliveries = (
  webhookId: string,
  status: DeliveryStatus | undefined,
  limit: number,
  before?: string,
): Sql => sql`
  SELECT ${view} FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id
  WHERE d.webhook_id = ${webhookId} ${withStatus(status)} ${before === undefined ? empty : sql`AND d.id < ${before}::bigint`}
  ORDER BY d.id DESC LIMIT ${limit}`;

export const countDeliveries = (webhookId: string, status: DeliveryStatus | undefined): Sql => sql`
  SELECT count(*) AS total FROM webhook_deliveries d WHERE d.webhook_id = ${webhookId} ${withStatus(status)}`;

const withStatus = (status: DeliveryStatus | undefined): Sql =>
  status === undefined ? empty : sql`AND d.status = ${status}`;

export const insertSecret = (webhookId: string, secret: string): Sql =>
  sql`INSERT INTO webhook_secrets (webhook_id, secret) VALUES (${webhookId}, ${secret})`;

/** Nobody else changes it until the transaction ends. None where there is no such webhook. */
export const lockWebhook = (id: string): Sql => sql`SELECT is_active FROM webhooks WHERE id = ${id} FOR UPDATE`;

/** Of the secrets there are, the one that signs now expires; one that was replaced before is gone. */
export const forgetReplaced = (webhookId: string): Sql =>
  sql`DELETE FROM webhook_secrets WHERE webhook_id = ${webhookId} AND expires_at IS NOT NULL`;
export const expireSecret = (webhookId: string, hours: number): Sql => sql`
  UPDATE webhook_secrets SET expires_at = now() + make_interval(hours => ${hours}::int)
  WHERE webhook_id = ${webhookId} AND expires_at IS NULL RETURNING expires_at`;

export const deleteWebhook = (id: string): Sql => sql`DELETE FROM webhooks WHERE id = ${id}`;

/** An event for this one webhook, whatever it asks to be told of. */
export const insertTest = (webhookId: string): Sql => sql`
  WITH e AS (
    INSERT INTO webhook_events (type, data) VALUES (${TEST_EVENT}, jsonb_build_object('webhook_id', ${webhookId}::text)) RETURNING *
  ), d AS (
    INSERT INTO webhook_deliveries (webhook_id, event_id) SELECT ${webhookId}::uuid, e.id FROM e RETURNING *
  )
  SELECT ${view} FROM d, e`;

/** What was to be told of a customer. Nothing finds it by its customer: the events of 30 days are read. */
export const selectEventsOf = (userId: string): Sql => sql`
  SELECT id, type, data, occurred_at FROM webhook_events WHERE data ->> 'user_id' = ${userId} ORDER BY occurred_at, id`;

/** Removes it, with its deliveries: what waits to be sent is not sent. A row each. */
export const deleteEventsOf = (userId: string): Sql =>
  sql`DELETE FROM webhook_events WHERE data ->> 'user_id' = ${userId} RETURNING 1`;
