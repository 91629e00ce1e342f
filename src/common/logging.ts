import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { type DestinationStream, type Level, type Logger, pino } from 'pino';
import type { Config } from '../config/config';
import { currentTrace, inTrace, newTrace, type Trace, traceFrom } from './trace';

declare global {
  // @types/express is extended by merging into this namespace; there is no module form of it
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** Name of this request in the log, in the X-Request-Id header and in every problem. */
      id: string;
      /** Where it stands in the trace that its caller named; undefined where there is none. */
      trace?: Trace;
    }
  }
}

/** What Nest says of itself while it starts: sixty lines that nobody acts on. */
const NOISE = new Set(['InstanceLoader', 'NestFactory', 'NestApplication', 'RouterExplorer', 'RoutesResolver']);

/** Lines wait in memory while whoever reads them is slow, so that no request waits; beyond this many bytes they are dropped. */
const MAX_WAITING_BYTES = 4_000_000;

/** Under load lines are written together; a line never waits longer than this. A process that exits writes what it has. */
const FLUSH_MS = 100;

interface LoggedError {
  type: string;
  message: string;
  stack: string;
  code?: unknown;
  query?: unknown;
}

/** Of an error: what and where, and the text of a statement that failed. Not its values, which TypeORM hangs on the error too. */
export const errorFacts = ({ type, message, stack, code, query }: LoggedError): LoggedError => ({
  type,
  message: withoutValues(message),
  stack: withoutValues(stack),
  code,
  query,
});

/**
 * Where PostgreSQL or JSON.parse repeat in an error what they could not read, it may be somebody's name: `invalid input syntax for type
 * uuid: "…"`, `value "…" is out of range`, `"…" is not valid JSON`. Names of tables and columns stay.
 */
const withoutValues = (text: string): string => text.split('\n').map(withoutValue).join('\n');

/** By hand where a value may have quotes of its own: an expression would look from each of them to the end. */
function withoutValue(line: string): string {
  const short = line.replace(/(?<=\bvalue )"[^"]*"/g, '"…"');
  const json = between(short, short.indexOf('"'), short.lastIndexOf('" is not valid JSON'));
  return between(json, json.indexOf(': "') + 2, json.lastIndexOf('"'), json.includes(': "'));
}

/** @param open where the first quote of the value stands; -1 where there is none */
const between = (line: string, open: number, close: number, isThere = open >= 0): string =>
  isThere && close > open ? `${line.slice(0, open)}"…${line.slice(close)}` : line;

/** Whatever may stand in a line beside its time, level and text. A fact of another name is left out, whoever logs it. */
const FACTS: ReadonlySet<string> = new Set([
  ...['context', 'err', 'stack', 'error', 'problem'],
  ...['request_id', 'trace_id', 'method', 'path', 'status', 'ms'],
  ...['notification_id', 'user_id', 'campaign_id', 'channel', 'attempt', 'transport', 'seconds'],
]);

function allowed(facts: Record<string, unknown>): Record<string, unknown> {
  for (const name in facts)
    if (!FACTS.has(name)) return Object.fromEntries(Object.entries(facts).filter(([one]) => FACTS.has(one)));
  return facts;
}

/** JSON lines on standard output, or where `to` says; what is in them is chosen line by line, never a whole request, row or error. */
export const createLog = (
  config: Pick<Config, 'LOG_LEVEL'>,
  to: DestinationStream = pino.destination({
    sync: false,
    minLength: 4096,
    periodicFlush: FLUSH_MS,
    maxLength: MAX_WAITING_BYTES,
  }),
): Logger =>
  pino(
    {
      level: config.LOG_LEVEL,
      formatters: { log: allowed },
      serializers: { err: (error: Error) => errorFacts(pino.stdSerializers.err(error)) },
    },
    to,
  );

/**
 * Names every request and logs its end: method, path and status, and no header, query string or body, so that no token gets
 * into the log, and of a customer at most the id, where it stands in a path. To be mounted before all else: a request whose body cannot be read has a name and a line too.
 *
 * @param tracesAll also those whose callers name no trace
 *
 * By hand and not by pino-http: a child logger and an asynchronous context for every request cost a fifth of the processor time
 * of a GET (npm run bench -- http), and one line needs neither.
 */
export const requestLog =
  (log: Logger, tracesAll = false) =>
  (request: Request, response: Response, next: NextFunction) => {
    const began = performance.now();
    request.id = requestId(request);
    request.trace = traceFrom(request.headers.traceparent) ?? (tracesAll ? newTrace() : undefined);
    response.setHeader('X-Request-Id', request.id);
    response.once('close', () => {
      const { method, id, trace } = request;
      const path = shownPath(request.path);
      if (path.startsWith('/health') || path === '/metrics') return;
      const status = response.headersSent ? response.statusCode : undefined;
      const facts = {
        request_id: id,
        ...(trace && { trace_id: trace.traceId }),
        method,
        path,
        status,
        ms: Math.round(performance.now() - began),
      };
      if (!response.writableFinished) log.warn(facts, 'request cut off');
      else log[response.statusCode >= 500 ? 'error' : 'info'](facts, 'request');
    });
    if (request.trace && request.method === 'POST') inTrace(request.trace, next);
    else next();
  };

/** A word, a number, an id, or the two that name a notification. */
const PLAIN = /^(?:[a-z][\w.-]{0,63}|\d{1,19}|(?:\d{1,19}:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** An address may have anything in it, such as somebody's e-mail address: a part that is neither word nor id is not shown. */
const shownPath = (path: string): string =>
  path
    .replace(/^(\/unsubscribe\/).+/i, '$1…') // the rest of it is a secret
    .replace(/[^/]+/g, (part) => (PLAIN.test(part) ? part : '…'));

/** A caller may name its request, so that one id follows it through several services; only a harmless name is taken. */
function requestId(request: Request): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

/** Nest's own logger, and every `new Logger(context)`, as lines of the same log. The message may be an object of facts, then a text. */
export class NestLog implements LoggerService {
  constructor(private readonly lines: Logger) {}

  log = (message: unknown, ...more: unknown[]) => this.write('info', message, more);
  error = (message: unknown, ...more: unknown[]) => this.write('error', message, more);
  warn = (message: unknown, ...more: unknown[]) => this.write('warn', message, more);
  debug = (message: unknown, ...more: unknown[]) => this.write('debug', message, more);
  verbose = (message: unknown, ...more: unknown[]) => this.write('trace', message, more);
  fatal = (message: unknown, ...more: unknown[]) => this.write('fatal', message, more);

  private write(level: Level, message: unknown, more: unknown[]): void {
    const context = more.at(-1);
    if (NOISE.has(String(context))) return;
    const text = typeof more[0] === 'string' && more.length > 1 ? more[0] : undefined;
    const about = { context, trace_id: currentTrace()?.traceId };
    if (message instanceof Error) this.lines[level]({ ...about, err: message }, withoutValues(message.message));
    else if (typeof message === 'object' && message !== null)
      this.lines[level]({ ...about, ...message }, text && withoutValues(text));
    else this.lines[level]({ ...about, ...(text && { stack: withoutValues(text) }) }, withoutValues(String(message)));
  }
}
