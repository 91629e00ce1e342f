import { Injectable, type StreamableFile } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CsvExports } from '../../database/csv-exports';
import { namingTheCostliest } from '../queries/costliest-part';
import { customerFigures, type FiguresRow } from '../queries/customer-figures.sql';
import { SegmentInsightService } from './segment-insight.service';
import { type SegmentCsvQuery, toCustomerFiguresView } from './segment-insight.dto';
import { SegmentQueryBuilder } from '../queries/segment-query.builder';

/** A whole segment as CSV. */
@Injectable()
export class SegmentCsvService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
    private readonly insight: SegmentInsightService,
    private readonly exports: CsvExports,
  ) {}

  /** @throws Problem segment-not-found, segment-inactive, database-busy, rule-too-heavy */
  async export(id: string, { as_of, reveal }: SegmentCsvQuery, gone: AbortSignal): Promise<StreamableFile> {
    const rule = await this.insight.ruleOf(id);
    return this.exports.start({
      name: `segment-${id}`,
      columns: ['user_id', 'email', 'purchases', 'spent', 'last_purchase_at'],
      select: (knownAt) => customerFigures(this.builder.audience([rule], as_of ?? knownAt), rule, as_of ?? knownAt),
      mayLag: true,
      line: (customer: FiguresRow) => toCustomerFiguresView(customer, reveal),
      gone,
      finding: (find) => namingTheCostliest(find, this.database, this.builder, [rule], as_of),
    });
  }
}
