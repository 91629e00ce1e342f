import { Global, Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Background } from '../common/background';
import { CONFIG, type Config } from '../config/config';
import { IdempotencyGuard } from './idempotency.guard';
import { IdempotencyKeys } from './idempotency-keys';

const REMOVE_EVERY_MS = 10 * 60 * 1000;

/** To be imported after AuthModule: its guard must know who calls. */
@Global()
@Module({
  providers: [IdempotencyKeys, { provide: APP_GUARD, useClass: IdempotencyGuard }],
  exports: [IdempotencyKeys],
})
export class IdempotencyModule implements OnApplicationBootstrap {
  constructor(
    private readonly keys: IdempotencyKeys,
    private readonly background: Background,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.ROLES.includes('dispatcher')) return;
    this.background.repeat('removing old idempotency keys', REMOVE_EVERY_MS, (stopping) => this.keys.removeOld(stopping));
  }
}
