import { ConfigError, loadConfig, loadDotEnv } from './config/config';
import { Service } from './start/service';
import { stopOnSignals } from './start/signals';

async function main(): Promise<void> {
  loadDotEnv();
  const service = new Service(loadConfig(process.env));
  stopOnSignals(
    () => service.stop(),
    (error) => service.fatal(error),
  );
  try {
    await service.start();
  } catch (error) {
    await service.stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
