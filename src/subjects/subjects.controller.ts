import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Audited } from '../audit/audited';
import { Caller } from '../auth/access';
import type { Principal } from '../auth/principal';
import { Refuses, TakesNoBody } from '../common/api-docs';
import { CustomerId, NoBody, NoQuery } from '../common/params';
import { Once } from '../idempotency/once';
import { ErasureView, SubjectExport } from './subject.dto';
import { SubjectsService } from './subjects.service';

@Controller('customers/:user_id')
export class SubjectsController {
  constructor(private readonly subjects: SubjectsService) {}

  /** Everything that is kept of a customer, and what is read of them, in one document. */
  @Get('export')
  @Refuses('customer-not-found')
  @ApiOkResponse({ type: SubjectExport })
  export(@CustomerId() userId: string) {
    return this.subjects.export(userId);
  }

  /**
   * Erase what is kept of a customer, who is never messaged again: what is queued is withdrawn, what workers reported is emptied. `users`
   * and `purchase_history` are not the service's and stay. Repeating it is harmless.
   */
  @Post('erase')
  @Audited('customer.erased')
  @HttpCode(200)
  @Refuses('customer-not-found')
  @TakesNoBody()
  @ApiOkResponse({ type: ErasureView })
  erase(
    @CustomerId() userId: string,
    @NoBody() _body: unknown,
    @NoQuery() _query: unknown,
    @Caller() caller: Principal,
    @Once() once: Once,
  ) {
    return this.subjects.erase(userId, caller, once);
  }
}
