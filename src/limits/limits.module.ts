import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LimitsGuard } from './limits.guard';
import { Load } from './load';
import { LoopLag } from './loop-lag';

/** To be imported after AuthModule: its guard must know who calls. */
@Module({ providers: [Load, LoopLag, { provide: APP_GUARD, useClass: LimitsGuard }] })
export class LimitsModule {}
