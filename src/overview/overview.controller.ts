import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AttentionView, DeliveryFiguresView, ShopFiguresView } from './overview.dto';
import { OverviewService } from './overview.service';

@Controller('overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  /** Customers, and what they bought in the last 13 months. */
  @Get('shop')
  @ApiOkResponse({ type: ShopFiguresView })
  shop() {
    return this.overview.shop();
  }

  /** What is queued, and what was sent and failed in the last 24 hours. */
  @Get('delivery')
  @ApiOkResponse({ type: DeliveryFiguresView })
  delivery() {
    return this.overview.delivery();
  }

  /** What a person should look at, the most urgent first. Empty where all is well. */
  @Get('attention')
  @ApiOkResponse({ type: [AttentionView] })
  attention() {
    return this.overview.attention();
  }
}
