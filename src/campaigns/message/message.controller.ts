import { Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Refuses, TakesNoBody } from '../../common/api-docs';
import { Id, NoBody } from '../../common/params';
import { WithoutEffect } from '../../idempotency/without-effect';
import { RenderedMessageView, RenderQuery } from './message.dto';
import { MessageService } from './message.service';

@Controller('campaigns')
export class MessageController {
  constructor(private readonly messages: MessageService) {}

  /** What one customer would be sent: title and message with his values, as campaign and customer are now. Nothing is sent. */
  @Post(':campaign_id/render')
  @WithoutEffect({ isKept: false })
  @HttpCode(200)
  @Refuses('campaign-not-found', 'customer-not-found')
  @TakesNoBody()
  @ApiOkResponse({ type: RenderedMessageView })
  render(@Id('campaign_id') id: string, @Query() query: RenderQuery, @NoBody() _body: unknown) {
    return this.messages.render(id, query.user_id);
  }
}
