import { CHUNK_SIZE } from '../campaigns/audience/audience.sql';
import { MAX_MESSAGE } from '../campaigns/campaign.dto';
import { MAX_SEGMENTS } from '../campaigns/delivery-rules.dto';
import { MAX_TEST_CUSTOMERS } from '../campaigns/dispatch/dispatch-request.dto';
import { limitOf } from '../common/json-guard';
import { MAX_LIMIT } from '../common/list.dto';
import { KEPT_HOURS } from '../idempotency/idempotency-keys';
import { MAX_LEASE_SECONDS } from '../notifications/delivery.dto';
import { MAX_BATCH } from '../notifications/plain-settle';
import { MAX_OVERLAPPING } from '../segments/insight/segment-insight.dto';
import { LIMITS } from '../segments/rules/rule';
import { MAX_LINES } from '../suppressions/suppression-file';
import { KEEP_DAYS } from '../webhooks/webhook-deliverer';
import type { LimitView } from './settings.dto';

const limit = (name: string, value: number, unit: LimitView['unit'], meaning: string): LimitView => ({
  name,
  value,
  unit,
  meaning,
});

/** What no configuration changes. The figures are those that the code goes by. */
export const limits: readonly LimitView[] = [
  limit('list_items', MAX_LIMIT, 'items', 'A page of a list has at most so many.'),
  limit('body_bytes', limitOf('/').bytes, 'bytes', 'The body of a request, also after it is unpacked.'),
  limit('segment_body_bytes', limitOf('/segments').bytes, 'bytes', 'The body of a request on segments.'),
  limit('import_bytes', limitOf('/suppressions/import').bytes, 'bytes', 'A file of suppressions.'),
  limit('import_lines', MAX_LINES, 'lines', 'A file of suppressions.'),
  limit(
    'rule_conditions',
    LIMITS.conditions,
    'items',
    'A rule has at most so many, those of segments it refers to included.',
  ),
  limit('rule_levels', LIMITS.levels, 'levels', 'A rule is nested at most so deep.'),
  limit('overlap_segments', MAX_OVERLAPPING, 'items', 'An overlap is of at most so many segments.'),
  limit('campaign_segments', MAX_SEGMENTS, 'items', 'A campaign includes, and excludes, at most so many segments.'),
  limit('message_characters', MAX_MESSAGE, 'characters', 'The message of a campaign.'),
  limit('test_customers', MAX_TEST_CUSTOMERS, 'items', 'A test goes to at most so many customers.'),
  limit('chunk_customers', CHUNK_SIZE, 'items', 'A dispatch is written so many customers at a time.'),
  limit('lease_notifications', MAX_BATCH, 'items', 'A worker is given at most so many at a time.'),
  limit('lease_seconds', MAX_LEASE_SECONDS, 'seconds', 'A worker holds them at most so long without a word.'),
  limit('idempotency_key_hours', KEPT_HOURS, 'hours', 'An Idempotency-Key is remembered so long.'),
  limit('webhook_event_days', KEEP_DAYS, 'days', 'An event and its deliveries are kept so long.'),
];
