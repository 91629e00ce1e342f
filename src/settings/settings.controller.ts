import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { DiagnosisView } from './diagnosis.dto';
import { SettingsView } from './settings.dto';
import { SettingsService } from './settings.service';

@Controller('settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  /** How the service is set up. No secret is in it. */
  @Get()
  @ApiOkResponse({ type: SettingsView })
  get() {
    return this.settings.settings();
  }

  /** What `npm run doctor` says of the database: what is missing or wrong, and which indexes would help. Takes seconds, changes nothing. */
  @Get('diagnosis')
  @ApiOkResponse({ type: DiagnosisView })
  diagnosis() {
    return this.settings.diagnosis();
  }
}
