import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export const indexStates = ['off', 'waiting', 'loading', 'ready', 'failed', 'too-small'] as const;

/** What the column index of this replica holds. */
export class ColumnIndexView {
  /**
   * `off`: switched off; `waiting`: too few purchases to be worth it; `loading`; `ready`; `failed`: it will try again; `too-small`:
   * not even the newest purchases fit. PostgreSQL answers in all but `ready`.
   */
  @ApiProperty({ enum: indexStates })
  state: (typeof indexStates)[number];

  /** The instant it has read customers and purchases at. */
  @ApiPropertyOptional({ format: 'date-time' })
  as_of?: string;

  @ApiProperty({ type: 'integer', minimum: 0 })
  customers: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  purchases: number;

  /** Its memory. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  bytes: number;

  /** The memory of everything, customers included, for each purchase. */
  @ApiProperty({ minimum: 0, example: 18.4 })
  bytes_per_purchase: number;

  /** Purchases before it did not fit: rules that look further back are answered by PostgreSQL. */
  @ApiPropertyOptional({ format: 'date-time' })
  covers_from?: string;

  /** How long the last load took. */
  @ApiPropertyOptional({ minimum: 0 })
  last_build_ms?: number;

  /** How long the last look for changes took. */
  @ApiPropertyOptional({ minimum: 0 })
  last_refresh_ms?: number;

  /** Of a load that runs, 0…1. */
  @ApiPropertyOptional({ minimum: 0, maximum: 1 })
  progress?: number;
}
