import { Global, Module } from '@nestjs/common';
import { CsvExports } from '../database/csv-exports';
import { Background } from './background';
import { Cursors } from './cursors';
import { Measures } from './measures';

@Global()
@Module({ providers: [Background, CsvExports, Cursors, Measures], exports: [Background, CsvExports, Cursors, Measures] })
export class CommonModule {}
