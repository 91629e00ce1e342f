import { Injectable, type StreamableFile } from '@nestjs/common';
import { CsvExports } from '../../database/csv-exports';
import type { RecipientsQuery } from './outcome.dto';
import { OutcomeService } from './outcome.service';
import { type RecipientRow, selectRecipients } from './outcome.sql';

/** Who got a dispatch, as CSV. */
@Injectable()
export class RecipientsService {
  constructor(
    private readonly outcomes: OutcomeService,
    private readonly exports: CsvExports,
  ) {}

  /** @throws Problem dispatch-not-found, dispatch-over, database-busy */
  async export(id: string, { status }: RecipientsQuery, gone: AbortSignal): Promise<StreamableFile> {
    await this.outcomes.refuseUnreadable(id);
    return this.exports.start({
      name: `dispatch-${id}`,
      columns: ['id', 'user_id', 'status', 'attempts', 'settled_at', 'error'],
      select: () => selectRecipients(id, status),
      line: (one: RecipientRow) => ({ ...one, settled_at: one.settled_at?.toISOString() ?? '' }),
      gone,
    });
  }
}
