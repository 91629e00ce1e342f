import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Refuses } from '../../common/api-docs';
import { CustomerId } from '../../common/params';
import { CustomerSegmentView } from './customer-segments.dto';
import { CustomerSegmentsService } from './customer-segments.service';

@Controller('customers/:user_id/segments')
export class CustomerSegmentsController {
  constructor(private readonly segments: CustomerSegmentsService) {}

  /** The active segments a customer is in now, by name; and those of which that cannot be said, with why. */
  @Get()
  @Refuses('customer-not-found')
  @ApiOkResponse({ type: [CustomerSegmentView] })
  list(@CustomerId() userId: string) {
    return this.segments.of(userId);
  }
}
