import { type DynamicModule, Module } from '@nestjs/common';
import { AiModule } from './ai/ai.module';
import { AuditModule } from './audit/audit.module';
import { AuthModule } from './auth/auth.module';
import { CampaignsModule } from './campaigns/campaigns.module';
import { CommonModule } from './common/common.module';
import { FallbackModule } from './common/fallback.module';
import type { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import { CustomersModule } from './customers/customers.module';
import { databaseModule } from './database/database.module';
import { HealthModule } from './health/health.module';
import { IdempotencyModule } from './idempotency/idempotency.module';
import { LimitsModule } from './limits/limits.module';
import { MetricsModule } from './metrics/metrics.module';
import { NotificationsModule } from './notifications/notifications.module';
import { OverviewModule } from './overview/overview.module';
import { SegmentsModule } from './segments/segments.module';
import { SenderModule } from './sender/sender.module';
import { SettingsModule } from './settings/settings.module';
import { SubjectsModule } from './subjects/subjects.module';
import { SuppressionsModule } from './suppressions/suppressions.module';
import { WebhooksModule } from './webhooks/webhooks.module';

@Module({})
export class AppModule {
  /** @param given the settings before the start filled in what was left out, where it did. They are shown, never used. */
  static with(config: Config, given = config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        databaseModule(config),
        CommonModule,
        AuditModule,
        AuthModule,
        LimitsModule, // after AuthModule: its guard asks who calls
        IdempotencyModule, // after AuthModule: its guard asks who calls
        HealthModule,
        SegmentsModule,
        CampaignsModule,
        NotificationsModule,
        SuppressionsModule,
        WebhooksModule,
        CustomersModule,
        SubjectsModule,
        OverviewModule,
        SenderModule.with(config),
        AiModule,
        MetricsModule,
        SettingsModule.with(given),
        FallbackModule, // last: it takes whatever no other route takes
      ],
    };
  }
}
