import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../app.module';
import { AnswerAdapter } from '../common/answer';
import { type Config, ConfigError } from '../config/config';
import { type DatabaseServer, openServer, prepareDatabase } from '../database/open-database';
import { HealthService } from '../health/health.service';
import { setup } from '../setup';
import { generatedAdminToken } from './admin-token';
import { banner } from './banner';
import { loadDemoCustomers } from './demo-customers';
import { drainConnections } from './drain';

/** An embedded database writes its last checkpoint in this time, or finishes it after we are gone. */
const DATABASE_STOP_MS = 4000;

/** The process: its database, its application, and the order in which they come and go. */
export class Service {
  private readonly logger = new Logger(Service.name);
  private database?: DatabaseServer;
  private app?: NestExpressApplication;
  private drain = () => {};
  private starting: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(private readonly config: Config) {}

  /** @throws ConfigError with one clear line where a setting, the database or the address cannot be used. */
  start(): Promise<void> {
    this.starting = this.bringUp().catch((error: unknown) => {
      if (!this.stopping) throw error; // the terminal's Ctrl-C reaches initdb too: that it failed then is no news
    });
    return this.starting;
  }

  /**
   * Finishes the requests that run, those of the next SHUTDOWN_DELAY_SECONDS among them, then the database; an embedded one is stopped unless another process uses it.
   * @returns the exit code: 1 where requests had to be cut off after SHUTDOWN_SECONDS.
   */
  async stop(): Promise<number> {
    this.stopping = true;
    await this.letBalancersNotice();
    const inOrder = await Promise.race([
      this.closeApplication(),
      sleep(this.config.SHUTDOWN_SECONDS * 1000, 'too late' as const),
    ]);
    if (inOrder === 'too late') this.log(`Stopped although requests still ran after ${this.config.SHUTDOWN_SECONDS} s`);
    await Promise.race([this.database?.close(), sleep(DATABASE_STOP_MS)]);
    return inOrder === 'too late' ? 1 : 0;
  }

  fatal(error: unknown): void {
    if (this.app) this.logger.fatal(error);
    else console.error(error);
  }

  private async bringUp(): Promise<void> {
    const generated = generatedAdminToken(this.config);
    const database = (this.database = await openServer(this.config));
    process.once('exit', () => database.closeSync());
    if (this.stopping) return;
    await prepareDatabase(database.url, this.config, this.log, (runner) =>
      loadDemoCustomers(runner, database, this.config, this.log),
    );
    const config: Config = {
      ...this.config,
      DATABASE_URL: database.url,
      ADMIN_TOKENS: generated ? [generated.token] : this.config.ADMIN_TOKENS,
    };
    if (this.stopping) return;

    const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, this.config), new AnswerAdapter(), {
      bodyParser: false,
      bufferLogs: true,
      abortOnError: false,
    });
    setup(app, config);
    this.app = app;
    this.drain = drainConnections(app.getHttpServer());
    await this.listen(app);
    if (this.stopping) return;
    const { port } = app.getHttpServer().address() as AddressInfo;
    process.stdout.write(banner(config, port, database.embedded, generated));
  }

  private async listen(app: NestExpressApplication): Promise<void> {
    const { HOST, PORT } = this.config;
    try {
      await app.listen(PORT, HOST);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE')
        throw new ConfigError(`Port ${PORT} is in use: stop what listens there, or set PORT`, { cause: error });
      if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
        throw new ConfigError(`HOST and PORT cannot be listened on (${code})`, { cause: error });
      throw error;
    }
  }

  /**
   * Not ready any more, and answering still: who closes at once cuts off what was sent before anybody could know. Connections that are kept
   * alive leave with their next answer: what is sent on one at the moment it is closed for being idle would be lost.
   */
  private async letBalancersNotice(): Promise<void> {
    if (!this.app?.getHttpServer().listening) return;
    this.app.get(HealthService).stopping();
    this.drain();
    await sleep(this.config.SHUTDOWN_DELAY_SECONDS * 1000);
  }

  private async closeApplication(): Promise<void> {
    if (this.database && !this.app) return; // it waits for the database or prepares it: what is not committed is taken back
    await this.starting.catch(() => undefined);
    if (!this.app) return;
    this.app.get(HealthService).stopping();
    this.drain();
    await this.app.close();
  }

  private readonly log = (line: string): void => void process.stderr.write(`${line}\n`);
}
