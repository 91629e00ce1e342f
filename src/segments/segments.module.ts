import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AudienceCounter } from './engines/audience-counter';
import { AudienceService } from './audience.service';
import { ColumnIndex } from './column-index/column-index';
import { ColumnIndexController } from './column-index/column-index.controller';
import { CustomerSegmentsController } from './insight/customer-segments.controller';
import { CustomerSegmentsService } from './insight/customer-segments.service';
import { DatabaseEngine } from './engines/database.engine';
import { FiltersController } from './catalogue/filters.controller';
import { FiltersService } from './catalogue/filters.service';
import { FilterVocabulary, KnownVocabulary } from './catalogue/filter-vocabulary.service';
import { FilterValues } from './catalogue/filter-values';
import { SegmentDraftsService } from './drafts/segment-drafts.service';
import { SegmentCsvService } from './insight/segment-csv.service';
import { SegmentHealthService } from './segment-health.service';
import { SegmentHistoryService } from './history/segment-history.service';
import { SegmentInsightController } from './insight/segment-insight.controller';
import { SegmentInsightService } from './insight/segment-insight.service';
import { SegmentOverlapService } from './insight/segment-overlap.service';
import { RuleTurns } from './queries/rule-turns';
import { SegmentQueryBuilder } from './queries/segment-query.builder';
import { SegmentRules } from './rules/segment-rules';
import { SegmentSizes } from './history/segment-sizes';
import { Segment } from './segment.entity';
import { SegmentsController } from './segments.controller';
import { SegmentsService } from './segments.service';

@Module({
  imports: [TypeOrmModule.forFeature([Segment])],
  controllers: [
    FiltersController,
    SegmentInsightController,
    SegmentsController,
    ColumnIndexController,
    CustomerSegmentsController,
  ],
  providers: [
    SegmentsService,
    FiltersService,
    FilterValues,
    { provide: FilterVocabulary, useClass: KnownVocabulary },
    SegmentDraftsService,
    SegmentInsightService,
    SegmentOverlapService,
    SegmentHistoryService,
    SegmentCsvService,
    SegmentHealthService,
    CustomerSegmentsService,
    SegmentSizes,
    SegmentRules,
    AudienceService,
    AudienceCounter,
    SegmentQueryBuilder,
    RuleTurns,
    DatabaseEngine,
    ColumnIndex,
  ],
  exports: [AudienceService, ColumnIndex, SegmentHealthService, SegmentDraftsService, FilterVocabulary],
})
export class SegmentsModule {}
