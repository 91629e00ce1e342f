import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { levels, type Level } from '../doctor/finding';

const FACTORS = { type: 'object', additionalProperties: { type: 'number' } } as const;

/** What was measured of an index. */
export class MeasuredGainView {
  /** Rule → how many times faster; what gained less than 1.2× is left out. */
  @ApiProperty(FACTORS)
  times_faster: Record<string, number>;

  /** Customers and purchases of the data. */
  data: string;

  taken_on: string;

  source: string;
}

/** What an index would bring. */
export class IndexGainView {
  /** Rule → how many times cheaper this planner finds it with the index; null where that cannot be asked. */
  @ApiProperty({ ...FACTORS, nullable: true })
  planner_times_cheaper: Record<string, number> | null;

  /** Null for an index that every measurement had. */
  @ApiProperty({ type: MeasuredGainView, nullable: true })
  measured: MeasuredGainView | null;
}

/** What an index would cost whoever writes purchases. */
export class WriterCostView {
  @ApiProperty({ type: Number, nullable: true })
  insert_times_slower: number | null;

  @ApiProperty({ type: Number, nullable: true })
  wal_bytes_per_insert: number | null;

  remark: string;
}

/** An index that is missing. */
export class IndexAdviceView {
  name: string;

  table: string;

  /** For the owner of the tables to run, one after the other, none inside a transaction. */
  @ApiProperty({ type: [String] })
  statements: string[];

  /** When it is fresh; good to about a factor of two. */
  @ApiProperty({ minimum: 0 })
  estimated_bytes: number;

  gain: IndexGainView;

  writers: WriterCostView;
}

/** One thing that was looked at. */
export class FindingView {
  /** What kind of thing it is: stable, for programs. */
  @ApiProperty({ example: 'index-missing' })
  id: string;

  /** `warning`: a part of the service will not work, or will be slow, or may do more than it should. `error`: the service will not work. */
  @ApiProperty({ enum: levels })
  level: Level;

  /** What it is about: `server`, `public.users.role`. */
  subject: string;

  message: string;

  /** What would help: a sentence, or statements for the owner to run. */
  @ApiPropertyOptional()
  remedy?: string;

  /** Of an index that is missing. */
  @ApiPropertyOptional()
  index?: IndexAdviceView;
}

/** Where the doctor looked. */
export class DiagnosedDatabaseView {
  name: string;

  /** The database role of the service. */
  role: string;

  customers_schema: string;

  schema: string;

  embedded: boolean;
}

/** How many findings there are of each level. */
export class DiagnosisSummaryView implements Record<Level, number> {
  @ApiProperty({ type: 'integer', minimum: 0 })
  ok: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  info: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  warning: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  error: number;
}

/** What `npm run doctor` says. */
export class DiagnosisView {
  @ApiProperty({ type: 'integer', enum: [1] })
  format: 1;

  /** By the database's clock. */
  @ApiProperty({ format: 'date-time' })
  checked_at: string;

  database: DiagnosedDatabaseView;

  summary: DiagnosisSummaryView;

  @ApiProperty({ type: [FindingView] })
  findings: FindingView[];
}
