import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import compression from 'compression';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { Problem } from '../common/problem';

/** What `npm run build -w dashboard` makes. From src/ and from dist/ alike it lies two folders up. */
const FILES = join(__dirname, '..', '..', 'dashboard', 'dist');
const HASHED = join(FILES, 'assets');

/** The names of these files change with what is in them: a year. The page itself is asked for each time. */
const cacheControl = (file: string): string =>
  file.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache';

const SELF = ["'self'"];
const NONE = ["'none'"];

/**
 * What the page may do: run our scripts and styles, show our images, ask us. Nothing inline, nothing from elsewhere, no page around it,
 * and no text of anybody's becomes markup (trusted types). HSTS is for whoever speaks TLS in front of us.
 */
const PAGE: HelmetOptions = {
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: NONE,
      scriptSrc: SELF,
      styleSrc: SELF,
      imgSrc: [...SELF, 'data:'],
      connectSrc: SELF,
      baseUri: NONE,
      objectSrc: NONE,
      frameAncestors: NONE,
      formAction: NONE,
      requireTrustedTypesFor: ["'script'"],
    },
  },
};

/** A page of ours finds its way by itself, so every address is its; a script or style that is gone is not. */
function anyPage(request: Request, response: Response, next: NextFunction): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return next();
  if (request.path.startsWith('/assets/'))
    return next(new Problem('not-found', 'There is no such file: the dashboard was updated. Reload the page.'));
  response.setHeader('Cache-Control', cacheControl('index.html'));
  response.sendFile('index.html', { root: FILES });
}

/**
 * The dashboard at /admin: files that hold no data and need no token. Not by `@nestjs/serve-static`: it comes after the controllers, of
 * which the last takes every address that is nobody's (src/common/fallback.controller.ts), and this is all that it does.
 */
export function serveDashboard(app: NestExpressApplication): void {
  if (!existsSync(join(FILES, 'index.html'))) {
    new Logger('Dashboard').warn('There is no dashboard: npm run build makes it.');
    return;
  }
  const setHeaders = (response: ServerResponse, file: string) =>
    void response.setHeader('Cache-Control', cacheControl(file));
  const files = express.static(FILES, { setHeaders, dotfiles: 'ignore' });
  app.use('/admin', Router().use(helmet(PAGE), compression(), files, anyPage));
}
