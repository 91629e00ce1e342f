import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AudienceService } from './audience.service';
import { SegmentQueryBuilder } from './segment-query.builder';
import { Segment } from './segment.entity';
import { SegmentsController } from './segments.controller';
import { SegmentsService } from './segments.service';

@Module({
  imports: [TypeOrmModule.forFeature([Segment])],
  controllers: [SegmentsController],
  providers: [SegmentsService, SegmentQueryBuilder, AudienceService],
  exports: [AudienceService],
})
export class SegmentsModule {}
