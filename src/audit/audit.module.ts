import { Global, Module } from '@nestjs/common';
import { RefusalLog } from '../auth/refusal-log';
import { AuditController } from './audit.controller';
import { AuditService } from './audit.service';
import { Refusals } from './refusals';

@Global()
@Module({
  controllers: [AuditController],
  providers: [AuditService, { provide: RefusalLog, useClass: Refusals }],
  exports: [RefusalLog],
})
export class AuditModule {}
