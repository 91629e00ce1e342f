import { Module } from '@nestjs/common';
import { SegmentsModule } from '../segments/segments.module';
import { MonitoringService } from './monitoring.service';
import { OverviewController } from './overview.controller';
import { OverviewService } from './overview.service';

@Module({
  imports: [SegmentsModule],
  controllers: [OverviewController],
  providers: [MonitoringService, OverviewService],
  exports: [MonitoringService, OverviewService],
})
export class OverviewModule {}
