import { Body, Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';
import { Audited } from '../../audit/audited';
import { Caller } from '../../auth/access';
import type { Principal } from '../../auth/principal';
import { AnswersCreated, AnswersNothing, AnswersPage, AnswersVersioned, Refuses, TakesIfMatch } from '../../common/api-docs';
import { type ExpectedVersion, OptionalIfMatch } from '../../common/if-match';
import { ListQuery } from '../../common/list.dto';
import { Id } from '../../common/params';
import { Once } from '../../idempotency/once';
import { OccurrenceView, ScheduleRequest, ScheduleView } from './schedule.dto';
import { ScheduleService } from './schedule.service';

@Controller('campaigns/:campaign_id/schedule')
export class ScheduleController {
  constructor(private readonly schedules: ScheduleService) {}

  /** Dispatch the campaign at a local time, once or again and again. Replaces the schedule it has (200), or makes one (201). */
  @Put()
  @Audited('schedule.set')
  @TakesIfMatch(false)
  @Refuses('campaign-not-found', 'precondition-failed')
  @AnswersCreated(ScheduleView)
  @AnswersVersioned(ScheduleView)
  put(
    @Id('campaign_id') id: string,
    @Body() body: ScheduleRequest,
    @OptionalIfMatch() expected: ExpectedVersion,
    @Caller() caller: Principal,
    @Once() once: Once,
  ) {
    return this.schedules.put(id, body, expected, caller, once);
  }

  /** Get the schedule of a campaign, and when it is due next. */
  @Get()
  @Refuses('campaign-not-found', 'schedule-not-found')
  @AnswersVersioned(ScheduleView)
  get(@Id('campaign_id') id: string) {
    return this.schedules.get(id);
  }

  /** Remove the schedule of a campaign. What it started goes on, and what became of its occurrences stays on record. */
  @Delete()
  @Audited('schedule.removed')
  @TakesIfMatch(false)
  @Refuses('campaign-not-found', 'schedule-not-found', 'precondition-failed')
  @HttpCode(204)
  @AnswersNothing()
  remove(@Id('campaign_id') id: string, @OptionalIfMatch() expected: ExpectedVersion, @Once() once: Once) {
    return this.schedules.remove(id, expected, once);
  }

  /** What became of the occurrences that were due, newest first. */
  @Get('occurrences')
  @Refuses('campaign-not-found')
  @AnswersPage({ type: OccurrenceView })
  listOccurrences(@Id('campaign_id') id: string, @Query() query: ListQuery) {
    return this.schedules.listOccurrences(id, query);
  }
}
