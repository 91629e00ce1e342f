import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AllowWorkers, Caller } from '../auth/access';
import type { Principal } from '../auth/principal';
import { AnswersPage, Refuses } from '../common/api-docs';
import { Once } from '../idempotency/once';
import { AnsweredUnderLoad } from '../limits/under-load';
import { MarkFailed, MarkSent, NotificationsQuery, NotificationView } from './notification.dto';
import { NotificationsService } from './notifications.service';

@Controller('notifications')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  /** List notifications, newest dispatch first. */
  @AllowWorkers()
  @Get()
  @AnswersPage({ type: NotificationView })
  list(@Query() query: NotificationsQuery) {
    return this.notifications.list(query);
  }

  /** Get a notification. */
  @AllowWorkers()
  @Get(':notification_id')
  @Refuses('notification-not-found')
  @ApiOkResponse({ type: NotificationView })
  get(@Param('notification_id') id: string) {
    return this.notifications.get(id);
  }

  /** Record that it was delivered. Repeating it is harmless. */
  @AllowWorkers()
  @AnsweredUnderLoad()
  @Post(':notification_id/mark-sent')
  @Refuses('notification-not-found', 'notification-settled')
  @HttpCode(200)
  @ApiOkResponse({ type: NotificationView })
  markSent(@Param('notification_id') id: string, @Body() body: MarkSent, @Caller() caller: Principal, @Once() once: Once) {
    return this.notifications.markSent(id, body, caller, once);
  }

  /** Record that it cannot be delivered. Repeating it is harmless. */
  @AllowWorkers()
  @AnsweredUnderLoad()
  @Post(':notification_id/mark-failed')
  @Refuses('notification-not-found', 'notification-settled')
  @HttpCode(200)
  @ApiOkResponse({ type: NotificationView })
  markFailed(
    @Param('notification_id') id: string,
    @Body() body: MarkFailed,
    @Caller() caller: Principal,
    @Once() once: Once,
  ) {
    return this.notifications.markFailed(id, body, caller, once);
  }
}
