import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { Config } from '../config/config';
import { Foundation1795000000000 } from './migrations/1795000000000-foundation';
import { SegmentHistory1795300000000 } from './migrations/1795300000000-segment-history';
import { Campaigns1795600000000 } from './migrations/1795600000000-campaigns';
import { DispatchFigures1796000000000 } from './migrations/1796000000000-dispatch-figures';
import { Delivery1796100000000 } from './migrations/1796100000000-delivery';
import { Claim1796110000000 } from './migrations/1796110000000-claim';
import { Settle1796120000000 } from './migrations/1796120000000-settle';
import { Webhooks1796200000000 } from './migrations/1796200000000-webhooks';
import { Unsubscribe1796300000000 } from './migrations/1796300000000-unsubscribe';
import { Audit1796500000000 } from './migrations/1796500000000-audit';
import { InferredPreferences1796600000000 } from './migrations/1796600000000-inferred-preferences';
import { LostLeases1796800000000 } from './migrations/1796800000000-lost-leases';
import { Installation1796900000000 } from './migrations/1796900000000-installation';
import { VolumeBounds1797000000000 } from './migrations/1797000000000-volume-bounds';
import { VolumeProof1797000001000 } from './migrations/1797000001000-volume-proof';
import { Volumes1797000002000 } from './migrations/1797000002000-volumes';

/** In the order of their names. One that has landed is never edited. */
const migrations = [
  Foundation1795000000000,
  SegmentHistory1795300000000,
  Campaigns1795600000000,
  DispatchFigures1796000000000,
  Delivery1796100000000,
  Claim1796110000000,
  Settle1796120000000,
  Webhooks1796200000000,
  Unsubscribe1796300000000,
  Audit1796500000000,
  InferredPreferences1796600000000,
  LostLeases1796800000000,
  Installation1796900000000,
  VolumeBounds1797000000000,
  VolumeProof1797000001000,
  Volumes1797000002000,
];

type Settings = Pick<Config, 'DATABASE_SCHEMA' | 'CUSTOMERS_SCHEMA' | 'DATABASE_POOL_SIZE' | 'STATEMENT_TIMEOUT_SECONDS'>;

/**
 * How every connection of ours is set up. Unqualified names resolve to our schema first, then to the customers': a statement says
 * `FROM users u` wherever the two lie. No connection waits for ever: not to connect, not for a lock, not for an answer, not idle
 * inside a transaction.
 */
export function databaseOptions(url: string, settings: Settings): PostgresDataSourceOptions {
  const statementMs = settings.STATEMENT_TIMEOUT_SECONDS * 1000;
  return {
    type: 'postgres',
    url,
    schema: settings.DATABASE_SCHEMA,
    migrations,
    migrationsTableName: 'migrations',
    // gen_random_uuid() is built in; without these two TypeORM runs CREATE EXTENSION "uuid-ossp" at every connect.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    applicationName: 'crm-service',
    connectTimeoutMS: 2000,
    poolSize: settings.DATABASE_POOL_SIZE,
    extra: {
      options: `-c search_path=${settings.DATABASE_SCHEMA},${settings.CUSTOMERS_SCHEMA} -c timezone=UTC`,
      statement_timeout: statementMs,
      lock_timeout: 2000,
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
    },
  };
}
