import { Global, Module } from '@nestjs/common';
import { CsvExports } from '../database/csv-exports';
import { Background } from './background';
import { Cursors } from './cursors';

@Global()
@Module({ providers: [Background, CsvExports, Cursors], exports: [Background, CsvExports, Cursors] })
export class CommonModule {}
