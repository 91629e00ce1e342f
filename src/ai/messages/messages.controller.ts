import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Refuses } from '../../common/api-docs';
import { CallerGone } from '../../common/caller-gone';
import { modelProblems } from '../../common/problem';
import { WithoutEffect } from '../../idempotency/without-effect';
import { DraftMessages, MessageDraftsView } from './message-drafts.dto';
import { MessagesService } from './messages.service';

@Controller('ai/messages')
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  /**
   * Draft messages for a goal and an audience, of which the model is told figures only: nothing of a customer. Nothing is saved. What the model
   * writes is checked as anybody's input; what cannot be used is left out, and `refused` says why.
   */
  @Post()
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('unknown-segment', 'segment-inactive', ...modelProblems)
  @ApiOkResponse({ type: MessageDraftsView })
  draft(@Body() body: DraftMessages, @CallerGone() gone: AbortSignal) {
    return this.messages.draft(body, gone);
  }
}
