import type { QueryRunner } from 'typeorm';
import type { Config } from '../config/config';
import type { IndexAdvice } from './indexes/index-advice';
import type { CustomerRelation } from './customer-relations';

/**
 * `ok`: as it should be. `info`: worth knowing. `warning`: a part of the service will not work, or will be slow, or may do more than
 * it should. `error`: the service will not work.
 */
export const levels = ['ok', 'info', 'warning', 'error'] as const;
export type Level = (typeof levels)[number];

/** One thing that was looked at. The names are part of the contract of `--json`. */
export interface Finding {
  /** What kind of thing it is: stable, for programs. */
  id: string;
  level: Level;
  /** What it is about: `server`, `public.users.role`. */
  subject: string;
  message: string;
  /** What would help: a sentence, or statements for the owner to run. */
  remedy?: string;
  /** Of an index that is missing. */
  index?: IndexAdvice;
}

/** What a check is given. */
export interface Patient {
  /** Every transaction on it is read only. */
  database: QueryRunner;
  config: Config;
  /** The server is ours, below DATA_DIR. */
  embedded: boolean;
  /** Those of users and purchase_history that are there. */
  relations: readonly CustomerRelation[];
}

/** Looks at one side of the database. */
export type Check = (patient: Patient) => Promise<Finding[]>;
