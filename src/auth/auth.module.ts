import { HttpModule, HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CONFIG, ConfigError, type Config } from '../config/config';
import { authService } from './auth-service';
import { AUTH_WAYS, type AuthWay } from './auth-way';
import { AuthGuard } from './auth.guard';
import { jwt } from './jwt';
import { MeController } from './me.controller';
import { RefusedAttempts } from './refused-attempts';
import { staticTokens } from './static-tokens';

/**
 * The ways the settings ask for, cheapest first.
 * @throws ConfigError when nobody could ever be an admin.
 */
function authWays(config: Config, client: HttpService): AuthWay[] {
  const { ADMIN_TOKENS: admin, WORKER_TOKENS: worker, METRICS_TOKENS: monitor } = config;
  const { AUTH_SERVICE_URL, JWKS_URL, JWT_ISSUER, JWT_AUDIENCE } = config;
  if (admin.length === 0 && !AUTH_SERVICE_URL && !JWKS_URL)
    throw new ConfigError('ADMIN_TOKENS, AUTH_SERVICE_URL or JWKS_URL must be set: without one of them nobody is an admin');
  const ways: AuthWay[] = [];
  if (admin.length + worker.length + monitor.length > 0) ways.push(staticTokens({ admin, worker, monitor }));
  if (JWKS_URL && JWT_ISSUER && JWT_AUDIENCE)
    ways.push(jwt({ jwksUrl: JWKS_URL, issuer: JWT_ISSUER, audience: JWT_AUDIENCE }));
  if (AUTH_SERVICE_URL) ways.push(authService(AUTH_SERVICE_URL, client));
  return ways;
}

@Module({
  imports: [HttpModule],
  controllers: [MeController],
  providers: [
    RefusedAttempts,
    { provide: AUTH_WAYS, useFactory: authWays, inject: [CONFIG, HttpService] },
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
})
export class AuthModule {}
