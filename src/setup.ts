import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { type BodyLimit, bodyLimits, guardJson, inspectBytes, limitOf, requireMediaType } from './common/json-guard';
import { createLog, NestLog, requestLog } from './common/logging';
import { Measures } from './common/measures';
import { Problem } from './common/problem';
import { ProblemFilter } from './common/problem.filter';
import { measureRequests } from './common/request-measure';
import { Spans } from './common/spans';
import { validationPipe } from './common/validation';
import type { Config } from './config/config';
import { serveDashboard } from './dashboard/serve-dashboard';
import { AnsweredBeforeFilter } from './idempotency/kept-answer';
import { serveApiDocument } from './openapi-document';

/** Reads the bodies a limit is for; the limit also holds after they are unpacked. Nothing else: requireMediaType has seen the type. */
const jsonBody = (limit: BodyLimit) => ({
  limit: limit.bytes,
  type: (request: IncomingMessage) => limitOf((request as Request).path) === limit,
  verify: inspectBytes,
});

/** What pages of other origins may read beside the body. */
const EXPOSED = [
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'Retry-After',
  'X-Data-As-Of',
  'X-Data-Source',
  'X-Request-Id',
  'X-Total-Count',
];

/** helmet's defaults, but for the two that only TLS in front of us can decide: over plain HTTP they would blank the page. */
const PAGE: HelmetOptions = {
  strictTransportSecurity: false,
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
};

/** No answer is kept by a cache, guessed at, framed, or taken for a page. */
const HEADERS = new Map([
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Cross-Origin-Resource-Policy', 'same-site'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
]);

/** A year, of this host alone: what else its domain has may not speak TLS. */
const ONLY_TLS = 'max-age=31536000';

function answerHeaders(request: Request, response: Response, next: NextFunction): void {
  for (const [name, value] of HEADERS) if (!response.hasHeader(name)) response.setHeader(name, value);
  if (request.secure) response.setHeader('Strict-Transport-Security', ONLY_TLS); // a trusted proxy says that it spoke TLS
  next();
}

/** A process without the role `api` is asked for nothing but how it is. */
function healthOnly(request: Request, _response: Response, next: NextFunction): void {
  if (/^\/(health(\/|$)|metrics\/?$)/i.test(request.path)) return next();
  next(new Problem('not-found', 'This process answers for its health and its metrics only (ROLES).'));
}

/**
 * Everything between the socket and the controllers, in the order a request meets it. Shared by the service and its tests. The
 * application must have been created with an AnswerAdapter and `bodyParser: false`.
 */
export function setup(
  app: NestExpressApplication,
  config: Pick<Config, 'CORS_ORIGINS' | 'LOG_LEVEL' | 'ROLES' | 'TRUSTED_PROXIES'>,
): void {
  const log = createLog(config);
  app.useLogger(new NestLog(log));
  app.set('query parser', 'simple'); // no nested objects from a query string; a repeated parameter is an array, and refused
  app.set('etag', false); // ETags are versions of ours, not hashes of bodies
  app.disable('x-powered-by');
  app.set('trust proxy', [...config.TRUSTED_PROXIES]); // nobody's word where there are none
  const spans = app.get(Spans);
  app.use(requestLog(log, spans.areWanted));
  app.use(measureRequests(app.get(Measures), spans));
  app.use('/docs', helmet(PAGE)); // what follows is for answers that nobody looks at in a browser
  app.use(answerHeaders);
  if (config.CORS_ORIGINS.length > 0)
    app.enableCors({ origin: [...config.CORS_ORIGINS], exposedHeaders: EXPOSED, maxAge: 600 });
  if (config.ROLES.includes('api')) serveDashboard(app);
  else app.use(healthOnly);
  app.use(requireMediaType);
  for (const limit of bodyLimits) if (limit.type === 'application/json') app.useBodyParser('json', jsonBody(limit));
  app.use(guardJson);
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(), new AnsweredBeforeFilter());
  serveApiDocument(app);
}
