/* What Nest costs by itself: one controller that answers a constant. Prints its port. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const constant = JSON.parse(process.env.BODY ?? '{}') as object;

@Controller('constant')
class ConstantController {
  @Get()
  answer(): object {
    return constant;
  }
}

@Module({ controllers: [ConstantController] })
class BareModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(BareModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  console.log(`port ${new URL(await app.getUrl()).port}`);
}

void main();
