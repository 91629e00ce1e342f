import { ApiProperty } from '@nestjs/swagger';

/** It is. */
export class Alive {
  @ApiProperty({ enum: ['ok'] })
  status: 'ok';
}

/** The parts the service needs. */
export class HealthChecks {
  @ApiProperty({ enum: ['ok', 'unavailable'] })
  database: 'ok' | 'unavailable';
}

/** How the service is. */
export class HealthSummary {
  /** `degraded`: it answers, but a part it needs does not. */
  @ApiProperty({ enum: ['ok', 'degraded', 'stopping'] })
  status: 'ok' | 'degraded' | 'stopping';

  @ApiProperty({ example: '0.1.0' })
  version: string;

  @ApiProperty({ type: 'integer', minimum: 0 })
  uptime_seconds: number;

  checks: HealthChecks;
}

/** What this is. */
export class Service {
  @ApiProperty({ example: 'crm-service' })
  name: string;

  @ApiProperty({ example: '0.1.0' })
  version: string;

  /** Where to go from here: paths of this service. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { docs: '/docs' } })
  links: Record<string, string>;
}
