import type { MonitoringFigures } from '../overview/monitoring.service';
import { attentionKinds, type AttentionView } from '../overview/overview.dto';
import type { Watched } from './gauge-list';

/** What the database says. The same in every process: take the greatest of them, never their sum. */
export const databaseFigures: readonly Watched<MonitoringFigures>[] = [
  {
    name: 'crm_database_figures_age_seconds',
    help: 'Seconds since the figures below were read; they are asked for at most every 10 s, and stand while they cannot be read.',
    read: ({ readAt }) => (performance.now() - readAt) / 1000,
  },
  {
    name: 'crm_dispatches',
    help: 'Dispatches, by what they are for and where they are.',
    labels: ['kind', 'status'],
    read: ({ dispatches }) => dispatches.map(({ kind, status, dispatches: count }) => [[kind, status], Number(count)]),
  },
  {
    name: 'crm_dispatches_unreconciled',
    help: 'Dispatches of the last 7 days that are written and have another number of notifications than they say. Never anything but 0.',
    read: ({ others }) => Number(others.unreconciled),
  },
  {
    name: 'crm_notifications',
    help: 'Notifications by channel and what became of them; queued also while a worker has them or they are to be tried again.',
    labels: ['channel', 'status'],
    read: ({ channels }) =>
      channels.flatMap((row) =>
        (['queued', 'sent', 'failed', 'cancelled'] as const).map(
          (status) => [[row.channel, status], Number(row[status])] as const,
        ),
      ),
  },
  {
    name: 'crm_queue_oldest_age_seconds',
    help: 'Seconds since the oldest notification that may be handed out and is not settled was written; none where there is nothing.',
    labels: ['channel'],
    read: ({ channels }) =>
      channels.flatMap(({ channel, oldest_queued_seconds: age }) => (age === null ? [] : [[[channel], age] as const])),
  },
  {
    name: 'crm_lanes_open',
    help: 'Lanes in which something is left to claim; each has 5,000 notifications at most.',
    labels: ['channel'],
    read: ({ channels }) => channels.map(({ channel, lanes_open }) => [[channel], Number(lanes_open)]),
  },
  {
    name: 'crm_retries_waiting',
    help: 'Notifications that failed, or were lost, and wait to be tried again.',
    read: ({ others }) => Number(others.retrying),
  },
  {
    name: 'crm_leases',
    help: 'Leases that workers hold, those included that ran out and that nobody has claimed since.',
    labels: ['channel'],
    read: ({ leases }) => leases.map(({ channel, leases: count }) => [[channel], Number(count)]),
  },
  {
    name: 'crm_leases_expired',
    help: 'Leases that ran out and that nobody has claimed since.',
    labels: ['channel'],
    read: ({ leases }) => leases.map(({ channel, expired }) => [[channel], Number(expired)]),
  },
  {
    name: 'crm_leased_notifications',
    help: 'Notifications in leases and not settled yet.',
    labels: ['channel'],
    read: ({ leases }) => leases.map(({ channel, notifications }) => [[channel], Number(notifications)]),
  },
  {
    name: 'crm_oldest_lease_age_seconds',
    help: 'Seconds since the oldest lease that is under way was claimed.',
    labels: ['channel'],
    read: ({ leases }) => leases.map(({ channel, oldest_seconds }) => [[channel], oldest_seconds]),
  },
  {
    name: 'crm_leases_lost_total',
    help: 'Leases that ran out and were reclaimed: whoever held them died, or took too long. What was in them may be delivered twice.',
    type: 'counter',
    read: ({ others }) => Number(others.leases_lost),
  },
  {
    name: 'crm_webhooks',
    help: 'Webhooks: active, failing (active, and the last attempt failed), disabled (switched off by the service).',
    labels: ['state'],
    read: ({ others }) =>
      (['active', 'failing', 'disabled'] as const).map((state) => [[state], Number(others[`webhooks_${state}`])]),
  },
  {
    name: 'crm_webhook_deliveries_pending',
    help: 'Events that wait to be sent to a webhook, or to be tried again.',
    read: ({ others }) => Number(others.webhook_deliveries_pending),
  },
  {
    name: 'crm_webhook_oldest_due_seconds',
    help: 'Seconds since the oldest event that waits was due; below 0 where none is due yet.',
    read: ({ others }) => others.oldest_delivery_seconds,
  },
  {
    name: 'crm_audit_entries_total',
    help: 'Entries of the audit log.',
    type: 'counter',
    read: ({ others }) => Number(others.audit_entries),
  },
  {
    name: 'crm_idempotency_keys',
    help: 'Idempotency-Keys that are remembered, 48 hours each: an estimate of the server, 0 before it made one.',
    read: ({ others }) => others.idempotency_keys,
  },
  {
    name: 'crm_database_sessions',
    help: 'Sessions of the service in the database, of all its processes.',
    read: ({ others }) => Number(others.sessions),
  },
  {
    name: 'crm_oldest_transaction_age_seconds',
    help: 'Seconds that the oldest open transaction of the service has been running; none where there is none. A dispatch may take 15 minutes.',
    read: ({ others }) => others.oldest_transaction_seconds,
  },
];

/** What GET /overview/attention says, counted. */
export const attentionFigures: readonly Watched<AttentionView[]>[] = [
  {
    name: 'crm_attention',
    help: 'What a person should look at: how many findings of each kind GET /overview/attention has, 20 at most.',
    labels: ['kind'],
    read: (found) => attentionKinds.map((kind) => [[kind], found.filter((one) => one.kind === kind).length]),
  },
];
