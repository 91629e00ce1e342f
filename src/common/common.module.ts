import { Global, Module } from '@nestjs/common';
import { Cursors } from './cursors';

@Global()
@Module({ providers: [Cursors], exports: [Cursors] })
export class CommonModule {}
