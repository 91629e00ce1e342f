import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Refuses } from '../../common/api-docs';
import { DispatchView } from './dispatch.dto';
import { DispatchesService } from './dispatches.service';

@Controller('dispatches')
export class DispatchesController {
  constructor(private readonly dispatches: DispatchesService) {}

  /** Get a dispatch and how far its notifications are. */
  @Get(':dispatch_id')
  @Refuses('dispatch-not-found')
  @ApiOkResponse({ type: DispatchView })
  get(@Param('dispatch_id') id: string) {
    return this.dispatches.get(id);
  }
}
