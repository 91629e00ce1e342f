import { isNativeError } from 'node:util/types';
import { Problem, type ProblemType } from '../common/problem';
import { columnsOfFilters } from '../customers/customer-tables';

type Meaning = readonly [pattern: RegExp, type: ProblemType, detail: string];

/**
 * What a PostgreSQL error means to a caller: the first line whose pattern fits its SQLSTATE. Codes are listed at
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const bySqlstate: readonly Meaning[] = [
  [
    /^57014$/,
    'statement-too-slow',
    'The database gave up on this question after its time limit. Narrow it, leave the count out where there is one (total=false), or try again when it is less busy.',
  ],
  [/^(55P03|40)/, 'database-busy', 'Another change is in the way. Try again.'],
  // 08P01 too: it is how PgBouncer reports its own limits, and no request of ours can break the protocol
  [
    /^(08|57P0|53|25P0[34]|58)/,
    'database-unavailable',
    'The database is not available. Nothing was changed unless it said so. Try again.',
  ],
  [/^(28|3D000)/, 'database-unavailable', 'The database does not let this service in.'],
  [/^25006$/, 'database-unavailable', 'The database takes no writes at the moment. Try again.'],
  [/^42501$/, 'database-unavailable', 'The database role of this service lacks a privilege it needs; the log says which.'],
  [/^(23505|23503|23P01)$/, 'conflict', 'It contradicts what is stored already.'],
  [/^(22|23|54)/, 'bad-request', 'A value is outside what can be stored.'],
];

/** Errors without a SQLSTATE: those of the network, of pg and of TypeORM, by name, code and message. */
const byText: readonly Meaning[] = [
  [/timeout exceeded when trying to connect/, 'database-busy', 'All connections to the database are in use. Try again.'],
  [
    /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout expired|AlreadyReleased|connection error|calling end|Driver not Connected|not queryable/,
    'database-unavailable',
    'The connection to the database was lost. Whether a change was made is not known: look before you repeat it.',
  ],
];

/** No class of SQLSTATEs begins with E, as the five letters of EPIPE do. */
const SQLSTATE = /^[0-9A-DF-Z][0-9A-Z]{4}$/;

/**
 * The problem behind an error of pg or TypeORM, or undefined when it is none of theirs or points at a fault in our own SQL: that one
 * is a 500 and belongs in the log.
 */
export function problemFromDatabase(error: unknown): Problem | undefined {
  if (!isNativeError(error)) return undefined;
  const sqlstate = sqlstateOf(error);
  const unavailable = sqlstate && unavailableFilter(sqlstate, error.message);
  if (unavailable) return new Problem('filter-not-available', unavailable, [], { cause: error });
  const meaning = sqlstate
    ? bySqlstate.find(([pattern]) => pattern.test(sqlstate))
    : byText.find(([pattern]) =>
        pattern.test(`${error.name} ${String((error as { code?: unknown }).code)} ${error.message}`),
      );
  return meaning && new Problem(meaning[1], meaning[2], [], { cause: error });
}

/** What PostgreSQL called it, also where TypeORM has wrapped it. */
export function sqlstateOf(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { code, driverError } = error as Error & { code?: unknown; driverError?: { code?: unknown } };
  return [driverError?.code, code].find((value): value is string => typeof value === 'string' && SQLSTATE.test(value));
}

/**
 * What to say where a filter asks about a column of users (`u`) or purchase_history (`p`) that an installation does not have (42703), or
 * has in a type without the operator (42883). Everything else of the kind is a fault in our own SQL.
 */
function unavailableFilter(sqlstate: string, message: string): string | undefined {
  const [, missing] = (sqlstate === '42703' && /\b[up]\.(\w+)/.exec(message)) || [];
  if (missing === undefined && !(sqlstate === '42883' && / (@>|=|[<>]=?) /.test(message))) return undefined;
  const [table, , filter] = columnsOfFilters.find(([, column]) => column === missing) ?? [];
  if (filter) return `The filter ${filter} asks about ${table}.${missing}, which is not there. Leave it out of the rule.`;
  return 'A filter of the rule asks about a column that is not there, or of another type. The log of the start names it.';
}
