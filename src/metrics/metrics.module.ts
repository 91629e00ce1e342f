import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module';
import { NotificationsModule } from '../notifications/notifications.module';
import { OverviewModule } from '../overview/overview.module';
import { SegmentsModule } from '../segments/segments.module';
import { MetricsController } from './metrics.controller';
import { MetricsService } from './metrics.service';

@Module({
  imports: [HealthModule, NotificationsModule, OverviewModule, SegmentsModule],
  controllers: [MetricsController],
  providers: [MetricsService],
})
export class MetricsModule {}
