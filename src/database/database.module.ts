import { Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { databaseOptions } from './options';
import { guardConnections } from './connection-guard';

/** The one pool of a process. `config.DATABASE_URL` is set by whoever starts the application, embedded or not. */
export function databaseModule(config: Config) {
  const logger = new Logger('Database');
  const options = {
    ...databaseOptions(config.DATABASE_URL ?? '', config),
    // an idle connection that breaks is replaced by the pool; without a handler it would end the process
    poolErrorHandler: (error: Error) => logger.warn(`A connection was lost: ${error.message}`),
    autoLoadEntities: true, // each domain names its own
    retryAttempts: 0, // who starts the application has waited for the database already
  };
  return TypeOrmModule.forRootAsync({
    useFactory: () => options,
    dataSourceFactory: async (withEntities = options) => {
      const database = await new DataSource(withEntities).initialize();
      guardConnections(database, config.STATEMENT_TIMEOUT_SECONDS * 1000);
      return database;
    },
  });
}
