import { QueryFailedError } from 'typeorm';
import { problemFromDatabase } from './pg-errors';

/** As pg throws it, and as TypeORM wraps it. */
const withCode = (code: string) => Object.assign(new Error('as PostgreSQL words it'), { code });
const wrapped = (error: Error) => new QueryFailedError('SELECT $1', ['value'], error);
const typeOf = (error: unknown) => problemFromDatabase(error)?.type;

it.each([
  ['22021', 'bad-request'], // U+0000 in a text
  ['22P02', 'bad-request'],
  ['22003', 'bad-request'],
  ['22008', 'bad-request'],
  ['23502', 'bad-request'],
  ['23514', 'bad-request'],
  ['54000', 'bad-request'],
  ['23503', 'conflict'],
  ['23505', 'conflict'],
  ['23P01', 'conflict'],
  ['40001', 'database-busy'],
  ['40P01', 'database-busy'],
  ['55P03', 'database-busy'],
  ['57014', 'statement-too-slow'],
  ['08006', 'database-unavailable'],
  ['08P01', 'database-unavailable'], // what PgBouncer says when it has no connection left
  ['25006', 'database-unavailable'],
  ['25P03', 'database-unavailable'],
  ['25P04', 'database-unavailable'],
  ['28P01', 'database-unavailable'],
  ['3D000', 'database-unavailable'],
  ['42501', 'database-unavailable'],
  ['53100', 'database-unavailable'],
  ['53300', 'database-unavailable'],
  ['57P01', 'database-unavailable'],
  ['57P03', 'database-unavailable'],
  ['58030', 'database-unavailable'],
  ['42601', undefined], // ours to mend: a syntax error
  ['42P01', undefined],
  ['25P02', undefined], // an error was swallowed inside a transaction
  ['XX000', undefined],
])('SQLSTATE %s is %s', (code, type) => {
  expect([typeOf(withCode(code)), typeOf(wrapped(withCode(code)))]).toEqual([type, type]);
});

it.each([
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }), 'database-unavailable'],
  [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'database-unavailable'],
  [Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), 'database-unavailable'],
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'database-unavailable'],
  [Object.assign(new Error('connect EHOSTUNREACH'), { code: 'EHOSTUNREACH' }), 'database-unavailable'],
  [Object.assign(new Error('getaddrinfo ENOTFOUND db'), { code: 'ENOTFOUND' }), 'database-unavailable'],
  [new Error('Connection terminated unexpectedly'), 'database-unavailable'],
  [new Error('Connection terminated due to connection timeout'), 'database-unavailable'],
  [new Error('timeout expired'), 'database-unavailable'],
  [new Error('Client has encountered a connection error and is not queryable'), 'database-unavailable'],
  [new Error('timeout exceeded when trying to connect'), 'database-busy'],
  [new TypeError('Cannot read properties of undefined'), undefined],
  [Object.assign(new Error('request aborted'), { code: 'ECONNABORTED' }), undefined], // a caller that left
  [{ code: '57P01' }, undefined],
  [undefined, undefined],
])('%s is %s', (error, type) => {
  expect(typeOf(error)).toBe(type);
});

describe('a column that an installation does not have', () => {
  const said = (code: string, message: string) => problemFromDatabase(wrapped(Object.assign(new Error(message), { code })));

  it.each([
    ['42703', 'column u.role does not exist', 'The filter roles_in asks about users.role'],
    ['42703', 'Spalte p.products existiert nicht', 'The filter products_contain asks about purchase_history.products'],
    ['42703', 'column u.loyalty does not exist', 'A filter of the rule'],
    ['42883', 'operator does not exist: json @> jsonb', 'A filter of the rule'],
    ['42883', 'operator does not exist: bigint >= timestamp with time zone', 'A filter of the rule'],
  ])('%s %s', (code, message, detail) => {
    expect(said(code, message)).toMatchObject({ type: 'filter-not-available', detail: expect.stringContaining(detail) });
  });

  it.each([
    ['42703', 'column d.state does not exist'],
    ['42703', 'column "role" does not exist'],
    ['42883', 'function gen_id(integer) does not exist'],
  ])('and not a fault of ours: %s %s', (code, message) => {
    expect(said(code, message)).toBeUndefined();
  });
});

it('keeps the error for the log', () => {
  const error = withCode('57P01');
  expect(problemFromDatabase(error)?.cause).toBe(error);
});
