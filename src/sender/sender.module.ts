import { HttpModule } from '@nestjs/axios';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config/config';
import { NotificationsModule } from '../notifications/notifications.module';
import { SuppressionsModule } from '../suppressions/suppressions.module';
import { CHANNELS, Sender } from './sender';
import { channelSettings } from './settings';
import { transportKinds } from './transports';
import { UnsubscribeLinks } from './unsubscribe/unsubscribe-links';
import { UnsubscribeController } from './unsubscribe/unsubscribe.controller';

@Module({})
export class SenderModule {
  /** @throws ConfigError where a channel cannot be delivered as it is configured: before anything has begun */
  static with(config: Config): DynamicModule {
    const channels = config.ROLES.includes('sender') ? channelSettings(config, transportKinds) : [];
    return {
      module: SenderModule,
      imports: [HttpModule, NotificationsModule, SuppressionsModule],
      controllers: [UnsubscribeController],
      providers: [{ provide: CHANNELS, useValue: channels }, Sender, UnsubscribeLinks],
    };
  }
}
