import { ConfigError, loadConfig, loadDotEnv } from '../../config/config';
import { citusPlan } from './plan';

/** Asks no database: the schemas are known from the environment. */
try {
  loadDotEnv();
  process.stdout.write(citusPlan(loadConfig(process.env)));
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
