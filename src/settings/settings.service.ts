import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { row, sql } from '../common/sql';
import { CONFIG, type Config } from '../config/config';
import { Problem } from '../common/problem';
import { guardConnections } from '../database/connection-guard';
import { connectReadOnly } from '../doctor/connect-read-only';
import { examine } from '../doctor/doctor';
import { ColumnIndex } from '../segments/column-index/column-index';
import { name, version } from '../version';
import { configurationOf } from './configuration';
import type { DiagnosisView } from './diagnosis.dto';
import { limits } from './limits';
import type { SettingsView } from './settings.dto';

/** Injection token of the settings as they were given, before the start filled in a database and a token of its own. */
export const GIVEN = Symbol('GIVEN');

/** What a diagnosis has not looked at by then it leaves out, and says so. */
const DIAGNOSIS_MS = 20_000;

/** How the service is set up, and what its doctor says of the database. Changes nothing. */
@Injectable()
export class SettingsService {
  /** The diagnosis that is under way: whoever asks meanwhile shares it, so that there is one connection for it at most. */
  private diagnosing?: Promise<DiagnosisView>;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(GIVEN) private readonly given: Config,
    private readonly index: ColumnIndex,
  ) {}

  async settings(): Promise<SettingsView> {
    const about = await row<{ name: string; server_version: string }>(
      this.database,
      sql`SELECT current_database() AS name, current_setting('server_version') AS server_version`,
    );
    return {
      name,
      version,
      node_version: process.versions.node,
      roles: [...this.config.ROLES],
      started_at: new Date(performance.timeOrigin).toISOString(),
      database: {
        ...about,
        schema: this.config.DATABASE_SCHEMA,
        customers_schema: this.config.CUSTOMERS_SCHEMA,
        embedded: this.isEmbedded,
      },
      column_index: this.index.state(),
      configuration: configurationOf(this.given),
      limits: [...limits],
    };
  }

  /** @throws Problem database-unavailable */
  diagnosis(): Promise<DiagnosisView> {
    this.diagnosing ??= this.diagnose().finally(() => (this.diagnosing = undefined));
    return this.diagnosing;
  }

  /** On a connection of its own, to which the server lets nothing be changed; each check is a transaction, so one that fails spoils no other. */
  private async diagnose(): Promise<DiagnosisView> {
    const { DATABASE_URL = '', STATEMENT_TIMEOUT_SECONDS } = this.config;
    const database = await connectReadOnly(DATABASE_URL, this.config).catch((cause: unknown) => {
      throw new Problem('database-unavailable', 'The database does not answer.', [], { cause });
    });
    guardConnections(database, STATEMENT_TIMEOUT_SECONDS * 1000);
    try {
      const timeIsOver = AbortSignal.timeout(DIAGNOSIS_MS);
      return await examine(database.createQueryRunner(), this.config, this.isEmbedded, timeIsOver);
    } finally {
      await database.destroy();
    }
  }

  private get isEmbedded(): boolean {
    return this.given.DATABASE_URL === undefined;
  }
}
