import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Public } from '../auth/access';
import { Service } from './health.dto';
import { name, version } from '../version';

const links = {
  api_document: '/openapi.json',
  docs: '/docs',
  health: '/health',
  segments: '/segments',
  campaigns: '/campaigns',
  notifications: '/notifications',
  suppressions: '/suppressions',
  webhooks: '/webhooks',
};

@Public()
@Controller()
export class RootController {
  /** What this is, and where to go from here. */
  @Get()
  @ApiOkResponse({ type: Service })
  describe(): Service {
    return { name, version, links };
  }
}
