import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';

/** The connections of this process. TypeORM's types do not show them. */
export const poolOf = (database: DataSource): Pool => (database.driver as PostgresDriver).master as Pool;
