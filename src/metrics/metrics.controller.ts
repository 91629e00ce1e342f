import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AllowMonitors } from '../auth/access';
import { AnsweredUnderLoad } from '../limits/under-load';
import { MetricsService } from './metrics.service';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  /** Figures for Prometheus, of this process and of the database. Open to the tokens of METRICS_TOKENS, and to admins. */
  @AllowMonitors()
  @AnsweredUnderLoad()
  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string', example: 'crm_database_up 1\n' } } } })
  text(): Promise<string> {
    return this.metrics.text();
  }
}
