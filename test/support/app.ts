import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type TestAgent from 'supertest/lib/agent';
import { AppModule } from '../../src/app.module';
import { AnswerAdapter } from '../../src/common/answer';
import { type Config, loadConfig } from '../../src/config/config';
import { setup } from '../../src/setup';
import { checkContract } from './contract';
import { type FreshDatabase, freshDatabase } from './database';
import { makers } from './make';

export const ADMIN_TOKEN = 'an-admin-token-for-tests';
export const WORKER_TOKEN = 'a-worker-token-for-tests';

/** What a test asks at once is no misuse; limits.e2e-spec.ts has limits. */
const UNLIMITED = {
  ADMIN_REQUESTS_PER_SECOND: 0,
  WORKER_REQUESTS_PER_SECOND: 0,
  REFUSALS_PER_MINUTE: 0,
  MAX_EVENT_LOOP_DELAY_MS: 0,
};

/** The whole service on a database of its own, listening on a port of its own. */
export interface TestApp {
  url: string;
  /** Speaks as an admin. Every answer is checked against openapi.json. */
  api: TestAgent;
  /** Speaks as somebody else; without a token as nobody. Checked like `api`. */
  as(token?: string): TestAgent;
  db: FreshDatabase;
  make: ReturnType<typeof makers>;
  nest: NestExpressApplication;
  close(): Promise<void>;
}

/**
 * @param overrides settings that differ; a function is given the database's address, to put something in front of it.
 * @param controllers of the test's own, beside those of the service.
 */
export async function startApp(
  overrides: Partial<Config> | ((url: string) => Partial<Config>) = {},
  controllers: Type[] = [],
): Promise<TestApp> {
  const db = await freshDatabase();
  const config: Config = {
    ...loadConfig({}),
    LOG_LEVEL: (process.env.TEST_LOG as Config['LOG_LEVEL']) ?? 'silent',
    ADMIN_TOKENS: [ADMIN_TOKEN],
    WORKER_TOKENS: [WORKER_TOKEN],
    DATABASE_URL: db.url,
    ...UNLIMITED,
    ...(typeof overrides === 'function' ? overrides(db.url) : overrides),
  };
  const module = await Test.createTestingModule({ imports: [AppModule.with(config)], controllers }).compile();
  const nest = module.createNestApplication<NestExpressApplication>(new AnswerAdapter(), {
    bodyParser: false,
    logger: false,
  });
  setup(nest, config);
  await nest.listen(0, '127.0.0.1');
  const url = (await nest.getUrl()).replace('[::1]', '127.0.0.1');
  const as = (token?: string) => {
    const agent = request.agent(url).use((call: unknown) => void (call as request.Test).expect(checkContract));
    return token === undefined ? agent : agent.auth(token, { type: 'bearer' });
  };
  const api = as(ADMIN_TOKEN);
  return {
    url,
    api,
    as,
    db,
    make: makers(db, api),
    nest,
    close: async () => {
      await nest.close();
      await db.drop();
    },
  };
}
