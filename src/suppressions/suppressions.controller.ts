import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import { Audited } from '../audit/audited';
import { Caller } from '../auth/access';
import type { Principal } from '../auth/principal';
import { AnswersNothing, AnswersPage, AnswersStored, Refuses } from '../common/api-docs';
import { CsvBody } from '../common/csv-body';
import { NoQuery } from '../common/params';
import { Once } from '../idempotency/once';
import { readSuppressions } from './suppression-file';
import { CreateSuppression, SuppressionImportView, SuppressionsQuery, SuppressionView } from './suppression.dto';
import { SuppressionsService } from './suppressions.service';

/** Who must not be messaged. */
@Controller('suppressions')
export class SuppressionsController {
  constructor(private readonly suppressions: SuppressionsService) {}

  /** Suppress a customer, in one channel or in all. Repeating it replaces reason, source and expiry. */
  @Post()
  @Audited('suppression.stored')
  @Refuses('customer-not-found')
  @AnswersStored(SuppressionView)
  suppress(@Body() body: CreateSuppression, @Caller() caller: Principal, @Once() once: Once) {
    return once((database, changed) => this.suppressions.suppress(body, caller, database, changed));
  }

  /**
   * Suppress everybody in a CSV file: UTF-8, at most 10 MB and 200,000 lines. The header names `user_id` or `email`, and whatever it
   * wants of `channel`, `reason`, `source`, `expires_at`. All of it is stored, or nothing; of several lines for one customer and channel
   * the last counts. An address that no customer has is counted and left out.
   */
  @Post('import')
  @Audited('suppression.imported')
  @HttpCode(200)
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', example: 'email,channel,reason\nana@example.com,email,bounced\n' } })
  @ApiOkResponse({ type: SuppressionImportView })
  async import(@CsvBody() file: Buffer, @NoQuery() _query: unknown, @Caller() caller: Principal, @Once() once: Once) {
    const lines = await readSuppressions(file); // before the transaction: on a busy machine it takes longer than one may stay idle
    return once((transaction, changed) => this.suppressions.import(lines, caller, transaction, changed));
  }

  /** List suppressions, newest first. */
  @Get()
  @AnswersPage({ type: SuppressionView })
  list(@Query() query: SuppressionsQuery) {
    return this.suppressions.list(query);
  }

  /** Get a suppression. */
  @Get(':suppression_id')
  @Refuses('suppression-not-found')
  @ApiOkResponse({ type: SuppressionView })
  get(@Param('suppression_id') id: string) {
    return this.suppressions.get(id);
  }

  /** Lift a suppression: the customer may be messaged again. That of a customer who was erased stays. */
  @Delete(':suppression_id')
  @Audited('suppression.lifted')
  @Refuses('suppression-not-found', 'conflict')
  @HttpCode(204)
  @AnswersNothing()
  remove(@Param('suppression_id') id: string, @Once() once: Once) {
    return once((transaction, changed) => this.suppressions.remove(id, transaction, changed));
  }
}
