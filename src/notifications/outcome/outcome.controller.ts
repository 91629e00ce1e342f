import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { Audited } from '../../audit/audited';
import { AllowWorkers, Caller } from '../../auth/access';
import type { Principal } from '../../auth/principal';
import { Refuses } from '../../common/api-docs';
import { CallerGone } from '../../common/caller-gone';
import { Once } from '../../idempotency/once';
import { FailureGroup, HistoryEntry, RecipientsQuery, RedriveRequest, RedriveView } from './outcome.dto';
import { OutcomeService } from './outcome.service';
import { RecipientsService } from './recipients.service';

/** After the fact: what became of notifications. */
@Controller()
export class OutcomeController {
  constructor(
    private readonly outcomes: OutcomeService,
    private readonly recipients: RecipientsService,
  ) {}

  /** Try again what was given up: everything, or what failed for one reason. */
  @Post('dispatches/:dispatch_id/redrive')
  @Audited('dispatch.redriven')
  @Refuses('dispatch-not-found', 'dispatch-over', 'campaign-expired')
  @HttpCode(200)
  @ApiOkResponse({ type: RedriveView })
  redrive(@Param('dispatch_id') id: string, @Body() body: RedriveRequest, @Caller() caller: Principal, @Once() once: Once) {
    return this.outcomes.redrive(id, body, caller, once);
  }

  /** What failed, by why. */
  @Get('dispatches/:dispatch_id/failures')
  @Refuses('dispatch-not-found', 'dispatch-over')
  @ApiOkResponse({ type: [FailureGroup] })
  failures(@Param('dispatch_id') id: string) {
    return this.outcomes.failures(id);
  }

  /** Who got it: its notifications as CSV, by customer id. */
  @Get('dispatches/:dispatch_id/notifications.csv')
  @Refuses('dispatch-not-found', 'dispatch-over')
  @ApiProduces('text/csv')
  @ApiOkResponse({ description: 'A header line, then a line a notification.', schema: { type: 'string' } })
  recipientsCsv(@Param('dispatch_id') id: string, @Query() query: RecipientsQuery, @CallerGone() gone: AbortSignal) {
    return this.recipients.export(id, query, gone);
  }

  /** Every attempt to deliver a notification: when, who, and what came of it. Oldest first. */
  @AllowWorkers()
  @Get('notifications/:notification_id/history')
  @Refuses('notification-not-found')
  @ApiOkResponse({ type: [HistoryEntry] })
  history(@Param('notification_id') id: string) {
    return this.outcomes.history(id);
  }
}
