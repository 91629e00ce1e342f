import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { connectPatiently } from '../database/connect-patiently';
import { databaseOptions } from '../database/options';

/** Who asks for a diagnosis wants to know now whether the database answers. */
const PATIENCE_MS = 1000;

/**
 * Connects so that nothing can be changed: every transaction of every connection is read only, to the server.
 * @throws ConfigError with one clear line.
 */
export function connectReadOnly(url: string, config: Config): Promise<DataSource> {
  const options = databaseOptions(url, config);
  const extra = options.extra as { options: string };
  const readOnly = { ...extra, options: `${extra.options} -c default_transaction_read_only=on` };
  return connectPatiently({ ...options, extra: readOnly }, () => undefined, PATIENCE_MS);
}
