import type { Pool } from 'pg';
import type { ColumnIndexView } from '../segments/column-index/column-index.dto';
import { version } from '../version';
import type { EventLoopDelay } from './event-loop-delay';
import type { Watched } from './gauge-list';

/** Where the figures of this process are. */
export interface ProcessSources {
  readonly roles: readonly string[];
  readonly pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'> & { readonly max: number };
  readonly eventLoop: EventLoopDelay;
  readonly index: ColumnIndexView;
  /** Claims that wait for something to come. */
  readonly waitingClaims: number;
  /** Seconds; undefined where there is no replica, or it is not known how far it is. */
  readonly replicaAge?: number;
}

const MICROS = 1e6;
const started = performance.timeOrigin / 1000;

/** What is known without asking anybody: shown also while the database is away. */
export const processFigures: readonly Watched<ProcessSources>[] = [
  {
    name: 'crm_build_info',
    help: '1. Its labels say what runs.',
    labels: ['version', 'node_version', 'roles'],
    read: ({ roles }) => [[[version, process.versions.node, roles.join(',')], 1]],
  },
  { name: 'crm_process_start_time_seconds', help: 'When the process was started, in Unix time.', read: () => started },
  {
    name: 'crm_process_cpu_seconds_total',
    help: 'Seconds of processor time that the process took.',
    type: 'counter',
    read: () => (process.cpuUsage().user + process.cpuUsage().system) / MICROS,
  },
  {
    name: 'crm_process_resident_memory_bytes',
    help: 'Memory of the process, without that of an embedded PostgreSQL.',
    read: () => process.memoryUsage.rss(),
  },
  { name: 'crm_process_heap_used_bytes', help: 'Memory of JavaScript objects.', read: () => process.memoryUsage().heapUsed },
  {
    name: 'crm_process_external_memory_bytes',
    help: 'Memory of buffers, those of the column index included.',
    read: () => process.memoryUsage().external,
  },
  {
    name: 'crm_process_active_handles',
    help: 'Sockets, timers and the like that keep the process busy.',
    read: () => process.getActiveResourcesInfo().length,
  },
  {
    name: 'crm_event_loop_delay_seconds',
    help: 'How much later than due the process came to a timer, in the last 10 to 20 seconds: half the time, 99 times of 100, and at most.',
    labels: ['quantile'],
    read: ({ eventLoop }) => {
      const { p50, p99, max } = eventLoop.seconds();
      return [
        [['0.5'], p50],
        [['0.99'], p99],
        [['1'], max],
      ];
    },
  },
  {
    name: 'crm_database_pool_connections',
    help: 'Connections of the pool, by whether somebody has them.',
    labels: ['state'],
    read: ({ pool }) => [
      [['used'], pool.totalCount - pool.idleCount],
      [['idle'], pool.idleCount],
    ],
  },
  { name: 'crm_database_pool_max_connections', help: 'DATABASE_POOL_SIZE.', read: ({ pool }) => pool.max },
  {
    name: 'crm_database_pool_waiting',
    help: 'Who waits for a connection; after 2 s they are refused.',
    read: ({ pool }) => pool.waitingCount,
  },
  {
    name: 'crm_claims_waiting',
    help: 'Claims of workers that wait for something to come. They hold no connection.',
    read: ({ waitingClaims }) => waitingClaims,
  },
  {
    name: 'crm_replica_data_age_seconds',
    help: 'Seconds since the instant up to which the replica is known to have everything. It grows while nobody reads there; none without DATABASE_REPLICA_URL.',
    read: ({ replicaAge }) => replicaAge,
  },
  {
    name: 'crm_column_index_state',
    help: '1 for the state that the column index of this process is in. In all but ready PostgreSQL answers.',
    labels: ['state'],
    read: ({ index }) => [[[index.state], 1]],
  },
  {
    name: 'crm_column_index_age_seconds',
    help: 'Seconds since the instant of which the column index knows customers and purchases.',
    read: ({ index }) => (index.as_of === undefined ? undefined : (Date.now() - Date.parse(index.as_of)) / 1000),
  },
  { name: 'crm_column_index_memory_bytes', help: 'Memory of the column index.', read: ({ index }) => index.bytes },
  {
    name: 'crm_column_index_purchases',
    help: 'Purchases that the column index holds.',
    read: ({ index }) => index.purchases,
  },
];
