import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { loadConfig } from './config/config';
import { apiDocument } from './openapi-document';

/** Prints the API document: `npm run openapi > openapi.json`. Needs no database. */
async function print(): Promise<void> {
  const app = await NestFactory.create(AppModule.with(loadConfig({})), { preview: true, logger: false });
  // a pipe takes it in pieces: exit only when all of it is through
  process.stdout.write(`${JSON.stringify(apiDocument(app), null, 2)}\n`, () => process.exit(0));
}

void print();
