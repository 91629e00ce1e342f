import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { StoredPreferencesService } from '../ai/preferences/stored-preferences.service';
import type { Principal } from '../auth/principal';
import { toAudienceMember } from '../campaigns/dispatch/dispatch.dto';
import { type Queryable, rows } from '../common/sql';
import { CustomersService, noSuchCustomer } from '../customers/customers.service';
import { allowTime } from '../database/connection-guard';
import { inSnapshot, inTransaction } from '../database/transaction';
import { IdempotencyKeys } from '../idempotency/idempotency-keys';
import type { Once } from '../idempotency/once';
import { CustomerNotificationsService } from '../notifications/customer-notifications.service';
import { SuppressionsService } from '../suppressions/suppressions.service';
import { WebhooksService } from '../webhooks/webhooks.service';
import type { ErasureView, Mention, SubjectExport } from './subject.dto';
import { type AudienceRow, type MentionRow, selectAudiences, selectMentions } from './subjects.sql';

/** What has no index on its customer is read as a whole: seconds where much is kept. */
const SECONDS = 60;
const MAX_PURCHASES = 10_000;
const MAX_MENTIONS = 100;

/** What is kept of one customer, all of it: given out, or erased. What is whose is the inventory's; each table is written by its owner. */
@Injectable()
export class SubjectsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly customers: CustomersService,
    private readonly notifications: CustomerNotificationsService,
    private readonly suppressions: SuppressionsService,
    private readonly webhooks: WebhooksService,
    private readonly inferred: StoredPreferencesService,
    private readonly keys: IdempotencyKeys,
  ) {}

  /** Of one instant. @throws Problem customer-not-found where nothing is known of such a customer */
  export(userId: string): Promise<SubjectExport> {
    return inSnapshot(this.database, async (snapshot) => {
      await allowTime(snapshot, SECONDS);
      const facts = await this.customers.facts(userId, MAX_PURCHASES, snapshot);
      const texts = textsOf(userId, facts.customer?.email);
      const found: SubjectExport = {
        exported_at: new Date().toISOString(),
        ...facts,
        notifications: await this.notifications.of(userId, snapshot),
        audiences: (await rows<AudienceRow>(snapshot, selectAudiences(userId))).map(
          ({ reason, created_at, ...dispatch }) => ({
            ...dispatch,
            standing: toAudienceMember({ user_id: userId, reason }).reason,
            created_at: created_at.toISOString(),
          }),
        ),
        suppressions: await this.suppressions.ofCustomer(userId, snapshot),
        inferred_preferences: (await this.inferred.ofCustomer(userId, snapshot)) ?? null,
        webhook_events: (await this.webhooks.ofCustomer(userId, snapshot)).map((event) => ({
          ...event,
          occurred_at: event.occurred_at.toISOString(),
        })),
        kept_answers: (await this.keys.showing(texts, snapshot)).map((answer) => ({
          ...answer,
          created_at: answer.created_at.toISOString(),
        })),
        mentions: await this.mentions(texts, snapshot),
      };
      const { purchases, audiences, suppressions } = found;
      const isKnown = found.customer ?? found.inferred_preferences;
      if (!isKnown && purchases.length + audiences.length + suppressions.length === 0) noSuchCustomer(userId);
      return found;
    });
  }

  /**
   * In one transaction, so all of it or nothing. What stays is what keeps the customer from being messaged again, and rows that have their id
   * alone, because dispatches add up from them. Rows that others wait for are locked last.
   * @throws Problem customer-not-found where nothing is known of such a customer, database-busy
   */
  erase(userId: string, caller: Principal, once: Once): Promise<ErasureView> {
    return once((manager, changed) =>
      inTransaction(manager, async (transaction) => {
        await allowTime(transaction, SECONDS);
        const erased = await this.eraseIn(transaction, userId, caller);
        changed(userId, { detail: { ...erased, mentions: erased.mentions.length } });
        return erased;
      }),
    );
  }

  private async eraseIn(transaction: EntityManager, userId: string, caller: Principal): Promise<ErasureView> {
    const email = await this.customers.emailOf(userId, transaction);
    const texts = textsOf(userId, email);
    const mentions = await this.mentions(texts, transaction);
    const kept_answers_emptied = await this.keys.erase(texts, transaction);
    const webhook_events_removed = await this.webhooks.eraseCustomer(userId, transaction);
    const inferred_preferences_removed = await this.inferred.erase(userId, transaction);
    const suppressed = await this.suppressions.erase(userId, caller, transaction);
    const { notifications, withdrawn, emptied, attempts } = await this.notifications.erase(userId, transaction);
    const isKnown =
      email !== undefined || suppressed.wasErased || suppressed.removed + notifications + inferred_preferences_removed > 0;
    if (!isKnown) noSuchCustomer(userId);
    return {
      was_erased: suppressed.wasErased,
      notifications_withdrawn: withdrawn,
      notifications_emptied: emptied,
      attempts_emptied: attempts,
      suppressions_removed: suppressed.removed,
      webhook_events_removed,
      kept_answers_emptied,
      inferred_preferences_removed,
      mentions,
    };
  }

  private async mentions(texts: readonly string[], database: Queryable): Promise<Mention[]> {
    return rows<MentionRow>(database, selectMentions(texts, MAX_MENTIONS));
  }
}

/** What to look for where a customer has no column. */
const textsOf = (userId: string, email: string | undefined): string[] => (email ? [userId, email] : [userId]);
