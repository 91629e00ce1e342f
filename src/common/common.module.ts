import { Global, Module } from '@nestjs/common';
import { CsvExports } from '../database/csv-exports';
import { Readers } from '../database/readers';
import { Background } from './background';
import { Cursors } from './cursors';
import { Measures } from './measures';
import { Spans } from './spans';

@Global()
@Module({
  providers: [Background, CsvExports, Cursors, Measures, Readers, Spans],
  exports: [Background, CsvExports, Cursors, Measures, Readers, Spans],
})
export class CommonModule {}
