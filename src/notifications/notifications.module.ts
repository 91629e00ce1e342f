import { Module } from '@nestjs/common';
import { ClaimService } from './claim.service';
import { CustomerNotificationsService } from './customer-notifications.service';
import { DeliveryController } from './delivery.controller';
import { DeliveryService } from './delivery.service';
import { DeliveryTidy } from './delivery-tidy';
import { NotificationsController } from './notifications.controller';
import { NotificationsService } from './notifications.service';
import { OutcomeController } from './outcome/outcome.controller';
import { OutcomeService } from './outcome/outcome.service';
import { RecipientsService } from './outcome/recipients.service';
import { RenderingService } from './rendering.service';
import { WakeUps } from './wake-ups';

@Module({
  controllers: [DeliveryController, OutcomeController, NotificationsController],
  providers: [
    ClaimService,
    CustomerNotificationsService,
    DeliveryService,
    DeliveryTidy,
    NotificationsService,
    OutcomeService,
    RecipientsService,
    RenderingService,
    WakeUps,
  ],
  exports: [CustomerNotificationsService, DeliveryService, NotificationsService, RenderingService, WakeUps],
})
export class NotificationsModule {}
