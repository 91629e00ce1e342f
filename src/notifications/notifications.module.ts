import { Module } from '@nestjs/common';
import { NotificationsController } from './notifications.controller';
import { NotificationsService } from './notifications.service';
import { RenderingService } from './rendering.service';

@Module({
  controllers: [NotificationsController],
  providers: [NotificationsService, RenderingService],
  exports: [NotificationsService, RenderingService],
})
export class NotificationsModule {}
