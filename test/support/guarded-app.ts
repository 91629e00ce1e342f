import type { AddressInfo } from 'node:net';
import { type ArgumentsHost, Catch, Controller, type ExceptionFilter, Get, Module, Post } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';
import { AllowWorkers, Caller, Public } from '../../src/auth/access';
import { AuthModule } from '../../src/auth/auth.module';
import type { Principal } from '../../src/auth/principal';
import { Problem } from '../../src/common/problem';
import { loadConfig } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';

@Controller()
class HouseController {
  @Public()
  @Get('open')
  open() {
    return 'open';
  }

  @Get('closed')
  closed(@Caller() caller: Principal) {
    return caller;
  }

  @Post('closed')
  change(@Caller() caller: Principal) {
    return caller;
  }

  @AllowWorkers()
  @Post('shared')
  shared(@Caller() caller: Principal) {
    return caller;
  }

  @Public()
  @Get('mistake')
  mistake(@Caller() caller: Principal) {
    return caller;
  }
}

@Public()
@Controller('lobby')
class LobbyController {
  @Get()
  lobby() {
    return 'lobby';
  }

  @AllowWorkers()
  @Get('desk')
  desk() {
    return 'desk';
  }
}

/** The least of the service's own filter: what the guard decided, on the wire. */
@Catch(Problem)
class Answers implements ExceptionFilter<Problem> {
  catch({ status, headers, type, detail, retryAfterSeconds }: Problem, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<Response>();
    if (retryAfterSeconds) response.set('Retry-After', String(retryAfterSeconds));
    response.status(status).set(headers).json({ type, detail });
  }
}

export interface GuardedApp {
  app: NestExpressApplication;
  /** What has been logged since the start, a line each, without the name of the logger. */
  lines: string[];
  port: number;
  close(): Promise<void>;
}

/** The smallest application behind AuthModule, on a free port of 127.0.0.1, with these settings and no others. */
export async function startGuardedApp(env: Record<string, string>): Promise<GuardedApp> {
  @Module({
    imports: [ConfigModule.with(loadConfig(env)), AuthModule],
    controllers: [HouseController, LobbyController],
    providers: [{ provide: APP_FILTER, useClass: Answers }],
  })
  class House {}

  const lines: string[] = [];
  const log = (message: unknown) => void lines.push(String(message));
  const logger = { log, error: log, warn: log, debug: log, verbose: log, fatal: log };
  const app = await NestFactory.create<NestExpressApplication>(House, { logger, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, lines, port, close: () => app.close() };
}
