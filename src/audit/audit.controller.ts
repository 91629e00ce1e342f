import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AnswersPage } from '../common/api-docs';
import { AuditEntryView, AuditQuery, AuditVerificationView } from './audit.dto';
import { AuditService } from './audit.service';

/** Who changed what, and who was refused. */
@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /** List what admins changed, and what others were refused, newest first. */
  @Get()
  @AnswersPage({ type: AuditEntryView })
  list(@Query() query: AuditQuery) {
    return this.audit.list(query);
  }

  /** Check the whole chain of entries: whether each is as it was written, and none is missing between two. */
  @Get('verification')
  @ApiOkResponse({ type: AuditVerificationView })
  verify() {
    return this.audit.verify();
  }
}
