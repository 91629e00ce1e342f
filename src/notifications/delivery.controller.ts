import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AllowWorkers, Caller } from '../auth/access';
import type { Principal } from '../auth/principal';
import { nameOf } from '../auth/principal';
import { Refuses } from '../common/api-docs';
import { CallerGone } from '../common/caller-gone';
import { Once } from '../idempotency/once';
import { AnsweredUnderLoad } from '../limits/under-load';
import { ClaimService } from './claim.service';
import {
  ClaimRequest,
  ClaimView,
  ExtendRequest,
  ExtendView,
  ReleaseRequest,
  ReleaseView,
  SettleRequest,
  SettleView,
} from './delivery.dto';
import { DeliveryService } from './delivery.service';

/** What a worker lives on (docs/workers.md). */
@Controller('notifications')
export class DeliveryController {
  constructor(
    private readonly claims: ClaimService,
    private readonly delivery: DeliveryService,
  ) {}

  /** Take notifications to deliver: nobody else gets them while the lease lasts. Waits where there is nothing. */
  @AllowWorkers()
  @Post('claim')
  @Refuses('lease-lost')
  @HttpCode(200)
  @ApiOkResponse({ type: ClaimView })
  claim(@Body() body: ClaimRequest, @Caller() caller: Principal, @CallerGone() gone: AbortSignal, @Once() once: Once) {
    return this.claims.claim(body, body.worker ?? nameOf(caller), gone, once);
  }

  /** Say what became of them: some, or all. The same call again has the same answer. */
  @AllowWorkers()
  @AnsweredUnderLoad()
  @Post('settle')
  @Refuses('lease-lost')
  @HttpCode(200)
  @ApiOkResponse({ type: SettleView })
  settle(@Body() body: SettleRequest, @Once() once: Once) {
    return once((database) => this.delivery.settle(body, database));
  }

  /** Hold a lease for longer. */
  @AllowWorkers()
  @AnsweredUnderLoad()
  @Post('extend')
  @Refuses('lease-lost')
  @HttpCode(200)
  @ApiOkResponse({ type: ExtendView })
  extend(@Body() body: ExtendRequest, @Once() once: Once) {
    return once((database) => this.delivery.extend(body, database));
  }

  /** Give back what is open in a lease. It counts as no attempt. */
  @AllowWorkers()
  @AnsweredUnderLoad()
  @Post('release')
  @Refuses('lease-lost')
  @HttpCode(200)
  @ApiOkResponse({ type: ReleaseView })
  release(@Body() body: ReleaseRequest, @Once() once: Once) {
    return once((database) => this.delivery.release(body, database));
  }
}
