import { Global, Module } from '@nestjs/common';
import { Background } from './background';
import { Cursors } from './cursors';

@Global()
@Module({ providers: [Background, Cursors], exports: [Background, Cursors] })
export class CommonModule {}
