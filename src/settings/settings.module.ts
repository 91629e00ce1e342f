import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config/config';
import { SegmentsModule } from '../segments/segments.module';
import { SettingsController } from './settings.controller';
import { GIVEN, SettingsService } from './settings.service';

@Module({})
export class SettingsModule {
  static with(given: Config): DynamicModule {
    return {
      module: SettingsModule,
      imports: [SegmentsModule],
      controllers: [SettingsController],
      providers: [SettingsService, { provide: GIVEN, useValue: given }],
    };
  }
}
