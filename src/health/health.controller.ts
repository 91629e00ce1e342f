import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Public } from '../auth/access';
import { Refuses } from '../common/api-docs';
import { Alive, HealthSummary } from './health.dto';
import { HealthService } from './health.service';

@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** For people: always 200 while the process answers. */
  @Get()
  @ApiOkResponse({ type: HealthSummary })
  summary(): Promise<HealthSummary> {
    return this.health.summary();
  }

  /** Is the process alive? Touches nothing else: a restart would not mend a dead database. */
  @Get('live')
  @ApiOkResponse({ type: Alive })
  live(): Alive {
    return { status: 'ok' };
  }

  /** May requests be sent here? 503 while the database does not answer or the replica is stopping. */
  @Get('ready')
  @Refuses('database-unavailable', 'shutting-down')
  @ApiOkResponse({ type: Alive })
  ready(): Promise<Alive> {
    return this.health.ready();
  }
}
