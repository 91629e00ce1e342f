import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Audited } from '../../audit/audited';
import { AnswersNothing, Refuses, TakesNoBody } from '../../common/api-docs';
import { CallerGone } from '../../common/caller-gone';
import { CustomerId, NoBody, NoQuery } from '../../common/params';
import { modelProblems } from '../../common/problem';
import { Once } from '../../idempotency/once';
import { InferredPreferencesView } from './preferences.dto';
import { PreferencesService } from './preferences.service';

@Controller('ai/preferences/:user_id')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  /**
   * Infer what a customer prefers from what they bought last, and keep that in the place of the last suggestion. The model is told stores and
   * products of at most 50 purchases, and nothing else of the customer. `users` is not written. Of whoever was erased, or asked not to be
   * messaged, nothing is inferred.
   */
  @Post()
  @Audited('customer.preferences_inferred')
  @HttpCode(200)
  @Refuses('customer-not-found', 'conflict', 'nothing-to-infer-from', ...modelProblems)
  @TakesNoBody()
  @ApiOkResponse({ type: InferredPreferencesView })
  infer(
    @CustomerId() userId: string,
    @NoBody() _body: unknown,
    @NoQuery() _query: unknown,
    @CallerGone() gone: AbortSignal,
    @Once() once: Once,
  ) {
    return this.preferences.infer(userId, once, gone);
  }

  /** The suggestion that is kept of a customer. */
  @Get()
  @Refuses('inferred-preferences-not-found')
  @ApiOkResponse({ type: InferredPreferencesView })
  get(@CustomerId() userId: string) {
    return this.preferences.get(userId);
  }

  /** Remove the suggestion that is kept of a customer. */
  @Delete()
  @Audited('customer.preferences_removed')
  @Refuses('inferred-preferences-not-found')
  @HttpCode(204)
  @AnswersNothing()
  remove(@CustomerId() userId: string, @Once() once: Once) {
    return this.preferences.remove(userId, once);
  }
}
