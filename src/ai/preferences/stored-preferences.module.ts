import { Module } from '@nestjs/common';
import { StoredPreferencesService } from './stored-preferences.service';

/** Apart from the model: whoever exports or erases a customer needs none. */
@Module({ providers: [StoredPreferencesService], exports: [StoredPreferencesService] })
export class StoredPreferencesModule {}
