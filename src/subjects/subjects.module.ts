import { Module } from '@nestjs/common';
import { StoredPreferencesModule } from '../ai/preferences/stored-preferences.module';
import { CustomersModule } from '../customers/customers.module';
import { NotificationsModule } from '../notifications/notifications.module';
import { SuppressionsModule } from '../suppressions/suppressions.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { SubjectsController } from './subjects.controller';
import { SubjectsService } from './subjects.service';

@Module({
  imports: [CustomersModule, NotificationsModule, SuppressionsModule, WebhooksModule, StoredPreferencesModule],
  controllers: [SubjectsController],
  providers: [SubjectsService],
})
export class SubjectsModule {}
