import { ApiProperty } from '@nestjs/swagger';
import { ColumnIndexView } from '../segments/column-index/column-index.dto';

const ROLES = ['api', 'dispatcher', 'sender'] as const;
const UNITS = ['items', 'bytes', 'lines', 'levels', 'characters', 'seconds', 'hours', 'days'] as const;

/** The database as this process sees it. */
export class DatabaseView {
  @ApiProperty({ example: 'shop' })
  name: string;

  @ApiProperty({ example: '18.4' })
  server_version: string;

  /** Of the tables of the service. */
  @ApiProperty({ example: 'crm' })
  schema: string;

  /** Where `users` and `purchase_history` are found. */
  @ApiProperty({ example: 'public' })
  customers_schema: string;

  /** It was started by this service, below DATA_DIR. */
  embedded: boolean;
}

/** One environment variable. */
export class VariableView {
  @ApiProperty({ example: 'DATABASE_POOL_SIZE' })
  name: string;

  /** `not set` where it has no value. Of what may be a secret only `set`; of an address neither user nor password nor query. */
  @ApiProperty({ example: '10' })
  value: string;

  /** It is what it would be without being set. */
  is_default: boolean;

  meaning: string;
}

/** Something that there may be only so much of, and that no variable changes. */
export class LimitView {
  @ApiProperty({ example: 'list_items' })
  name: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  value: number;

  @ApiProperty({ enum: UNITS })
  unit: (typeof UNITS)[number];

  meaning: string;
}

/** How the service is set up: read only. What differs between replicas is that of the one which answers. */
export class SettingsView {
  @ApiProperty({ example: 'crm-service' })
  name: string;

  @ApiProperty({ example: '0.1.0' })
  version: string;

  @ApiProperty({ example: '22.12.0' })
  node_version: string;

  /** What the process is there for. */
  @ApiProperty({ enum: ROLES, isArray: true })
  roles: (typeof ROLES)[number][];

  /** When the process was started, by its own clock. */
  @ApiProperty({ format: 'date-time' })
  started_at: string;

  database: DatabaseView;

  column_index: ColumnIndexView;

  @ApiProperty({ type: [VariableView] })
  configuration: VariableView[];

  @ApiProperty({ type: [LimitView] })
  limits: LimitView[];
}
