import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse } from '@nestjs/swagger';
import { Audited } from '../audit/audited';
import {
  AnswersCreated,
  AnswersNothing,
  AnswersPage,
  AnswersVersioned,
  Refuses,
  TakesIfMatch,
  TakesNoBody,
} from '../common/api-docs';
import { type ExpectedVersion, IfMatch, OptionalIfMatch } from '../common/if-match';
import { ActiveListQuery } from '../common/list.dto';
import { Id, NoBody, NoQuery } from '../common/params';
import { Once } from '../idempotency/once';
import {
  CreatedWebhookView,
  CreateWebhook,
  DeliveriesQuery,
  DeliveryView,
  RotatedSecretView,
  UpdateWebhook,
  WebhookView,
} from './webhook.dto';
import { WebhooksService } from './webhooks.service';

/** Who is told of what happens here. */
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  /** Have events posted to an address, signed. The answer shows the secret that signs them: now, and never again. */
  @Post()
  @Audited('webhook.created')
  @AnswersCreated(CreatedWebhookView)
  create(@Body() body: CreateWebhook, @Once() once: Once) {
    return this.webhooks.create(body, once);
  }

  /** List webhooks, newest first. */
  @Get()
  @AnswersPage({ type: WebhookView })
  list(@Query() query: ActiveListQuery) {
    return this.webhooks.list(query);
  }

  /** Get a webhook. */
  @Get(':webhook_id')
  @Refuses('webhook-not-found')
  @AnswersVersioned(WebhookView)
  get(@Id('webhook_id') id: string) {
    return this.webhooks.get(id);
  }

  /** Change a webhook; what is left out stays. `is_active: true` switches it on again where the service switched it off. */
  @Patch(':webhook_id')
  @Audited('webhook.updated')
  @TakesIfMatch(true)
  @Refuses('webhook-not-found', 'precondition-failed', 'precondition-required')
  @AnswersVersioned(WebhookView)
  update(
    @Id('webhook_id') id: string,
    @Body() body: UpdateWebhook,
    @IfMatch() expected: ExpectedVersion,
    @Once() once: Once,
  ) {
    return this.webhooks.update(id, body, expected, once);
  }

  /** Remove a webhook and its secrets, for good. Nothing more is sent there. */
  @Delete(':webhook_id')
  @Audited('webhook.removed')
  @TakesIfMatch(false)
  @Refuses('webhook-not-found', 'precondition-failed')
  @HttpCode(204)
  @AnswersNothing()
  remove(@Id('webhook_id') id: string, @OptionalIfMatch() expected: ExpectedVersion, @Once() once: Once) {
    return this.webhooks.remove(id, expected, once);
  }

  /**
   * Replace its secret. For 24 hours the old one signs as well, so that what receives can take its time to change; one that was replaced before
   * signs no longer.
   */
  @Post(':webhook_id/rotate-secret')
  @Audited('webhook.secret_rotated')
  @HttpCode(200)
  @Refuses('webhook-not-found')
  @TakesNoBody()
  @ApiOkResponse({ type: RotatedSecretView })
  rotateSecret(@Id('webhook_id') id: string, @NoBody() _body: unknown, @NoQuery() _query: unknown, @Once() once: Once) {
    return this.webhooks.rotateSecret(id, once);
  }

  /** Send it a `webhook.test` now, the way every event is sent. Its deliveries say what became of it. */
  @Post(':webhook_id/test')
  @Audited('webhook.tested')
  @HttpCode(202)
  @Refuses('webhook-not-found', 'webhook-inactive')
  @TakesNoBody()
  @ApiAcceptedResponse({
    type: DeliveryView,
    headers: { Location: { description: 'Where to see what became of it.', schema: { type: 'string' } } },
  })
  test(@Id('webhook_id') id: string, @NoBody() _body: unknown, @NoQuery() _query: unknown, @Once() once: Once) {
    return this.webhooks.test(id, once);
  }

  /** What was sent to it, and is to be sent, newest first. Kept for 30 days. */
  @Get(':webhook_id/deliveries')
  @Refuses('webhook-not-found')
  @AnswersPage({ type: DeliveryView })
  listDeliveries(@Id('webhook_id') id: string, @Query() query: DeliveriesQuery) {
    return this.webhooks.listDeliveries(id, query);
  }
}
