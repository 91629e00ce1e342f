import { Module } from '@nestjs/common';
import { SegmentsModule } from '../segments/segments.module';
import { OverviewController } from './overview.controller';
import { OverviewService } from './overview.service';

@Module({ imports: [SegmentsModule], controllers: [OverviewController], providers: [OverviewService] })
export class OverviewModule {}
