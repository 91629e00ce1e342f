import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module';
import { SegmentsModule } from '../segments/segments.module';
import { Campaign } from './campaign.entity';
import { CampaignsController } from './campaigns.controller';
import { CampaignsService } from './campaigns.service';
import { DispatchesController } from './dispatch/dispatches.controller';
import { DispatchesService } from './dispatch/dispatches.service';

@Module({
  imports: [TypeOrmModule.forFeature([Campaign]), SegmentsModule, NotificationsModule],
  controllers: [CampaignsController, DispatchesController],
  providers: [CampaignsService, DispatchesService],
})
export class CampaignsModule {}
