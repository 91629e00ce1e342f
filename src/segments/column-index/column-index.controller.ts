import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { ColumnIndex } from './column-index';
import { ColumnIndexView } from './column-index.dto';

@Controller('column-index')
export class ColumnIndexController {
  constructor(private readonly index: ColumnIndex) {}

  /** What the column index of this replica holds, and how fresh it is. */
  @Get()
  @ApiOkResponse({ type: ColumnIndexView })
  state(): ColumnIndexView {
    return this.index.state();
  }
}
