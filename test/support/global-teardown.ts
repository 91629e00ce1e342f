import { dropFamily } from './database';
import type { TestServer } from './global-setup';

/** Removes every database this run made, and stops the embedded server unless another run uses it. */
export default async function globalTeardown(): Promise<void> {
  const { testServer } = globalThis as { testServer?: TestServer };
  if (!testServer) return;
  await dropFamily(testServer.templateUrl);
  await testServer.embedded?.stop();
}
