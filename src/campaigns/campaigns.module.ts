import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module';
import { SegmentsModule } from '../segments/segments.module';
import { Campaign } from './campaign.entity';
import { CampaignsController } from './campaigns.controller';
import { CampaignsService } from './campaigns.service';
import { DispatchEventsController } from './dispatch/dispatch-events.controller';
import { DispatchEventsService } from './dispatch/dispatch-events.service';
import { DispatchListService } from './dispatch/dispatch-list.service';
import { DispatchSteps } from './dispatch/dispatch-steps';
import { Dispatcher } from './dispatch/dispatcher';
import { DispatchesController } from './dispatch/dispatches.controller';
import { DispatchesService } from './dispatch/dispatches.service';
import { MessageController } from './message/message.controller';
import { MessageService } from './message/message.service';
import { CampaignResultsController } from './results/results.controller';
import { CampaignResultsService } from './results/results.service';
import { ScheduleController } from './schedule/schedule.controller';
import { ScheduleRunner } from './schedule/schedule-runner';
import { ScheduleService } from './schedule/schedule.service';

@Module({
  imports: [TypeOrmModule.forFeature([Campaign]), SegmentsModule, NotificationsModule],
  controllers: [
    CampaignsController,
    DispatchesController,
    DispatchEventsController,
    MessageController,
    ScheduleController,
    CampaignResultsController,
  ],
  providers: [
    CampaignsService,
    DispatchesService,
    DispatchListService,
    DispatchEventsService,
    Dispatcher,
    DispatchSteps,
    MessageService,
    ScheduleService,
    ScheduleRunner,
    CampaignResultsService,
  ],
})
export class CampaignsModule {}
