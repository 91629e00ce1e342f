import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Page } from '../common/answer';
import { Cursors } from '../common/cursors';
import { row, rows } from '../common/sql';
import { allowTime } from '../database/connection-guard';
import { inTransaction } from '../database/transaction';
import { type AuditEntryView, type AuditQuery, type AuditVerificationView, toAuditEntryView } from './audit.dto';
import { type ChainRow, checkChain, countAll, type EntryRow, selectPage } from './audit.sql';

/** A million entries are checked in six to eight seconds. */
const CHECK_SECONDS = 120;

/** What has been done by whom, read. */
@Injectable()
export class AuditService {
  /** The check that is under way: it reads everything, and whoever asks meanwhile shares it. */
  private checking?: Promise<AuditVerificationView>;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cursors: Cursors,
  ) {}

  /** Newest first. @throws Problem bad-cursor */
  async list({ limit, cursor, total, ...filter }: AuditQuery): Promise<Page<AuditEntryView>> {
    const { actor, action, target_type, target_id, outcome, from, to } = filter;
    const scope = `audit?${JSON.stringify([actor, action, target_type, target_id, outcome, from, to])}`;
    const [before] = this.cursors.read(scope, cursor) ?? [];
    const [found, count] = await Promise.all([
      rows<EntryRow>(this.database, selectPage(filter, limit + 1, before)),
      total ? row<{ total: string }>(this.database, countAll(filter)) : undefined,
    ]);
    return this.cursors.page(found, limit, scope, ({ id }) => [id], count && Number(count.total)).map(toAuditEntryView);
  }

  /** Looks at every entry whether it is as it was written, and where it was. @throws Problem statement-too-slow */
  verify(): Promise<AuditVerificationView> {
    this.checking ??= this.check().finally(() => (this.checking = undefined));
    return this.checking;
  }

  private check(): Promise<AuditVerificationView> {
    return inTransaction(this.database, async (transaction) => {
      await allowTime(transaction, CHECK_SECONDS);
      const { entries, first_broken_id, checked_at } = await row<ChainRow>(transaction, checkChain);
      const intact = first_broken_id === null;
      return { entries: Number(entries), intact, first_broken_id, checked_at: checked_at.toISOString() };
    });
  }
}
