import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Changed } from '../audit/trail';
import { nameOf, type Principal } from '../auth/principal';
import { type Page, Stored } from '../common/answer';
import { type Channel, channels } from '../common/channels';
import { Cursors } from '../common/cursors';
import { microsOf } from '../common/instant';
import { badField, Problem } from '../common/problem';
import { type Queryable, row, rows } from '../common/sql';
import { allowTime } from '../database/connection-guard';
import { inTransaction } from '../database/transaction';
import {
  type CreateSuppression,
  type SuppressionImportView,
  type SuppressionRow,
  type SuppressionsQuery,
  type SuppressionView,
  toSuppressionView,
} from './suppression.dto';
import { refuseExpired } from './suppression-file';
import {
  countAll,
  deleteSuppression,
  type ErasedRow,
  eraseSuppressions,
  hold,
  selectCustomersAt,
  selectNow,
  selectOfCustomer,
  selectPage,
  selectSuppression,
  store,
  type StoredFigures,
  type SuppressionKey,
  type SuppressionLines,
} from './suppressions.sql';

/** 200,000 lines are stored in a few seconds; a busy server may take longer. */
const IMPORT_SECONDS = 120;

@Injectable()
export class SuppressionsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Suppresses a customer, in one channel or in all; where that is so already, reason, source and expiry are replaced. Of several customers
   * with the same address all are, and the answer shows the one with the lowest id.
   * @throws Problem bad-request, customer-not-found
   */
  async suppress(
    body: CreateSuppression,
    caller: Principal,
    database: EntityManager,
    changed: Changed,
  ): Promise<Stored<SuppressionView>> {
    const { reason, source, expires_at } = body;
    const channel = body.channel ?? '';
    refuseTwoNames(body);
    return inTransaction(database, async (manager) => {
      if (expires_at && microsOf(expires_at) <= (await now(manager))) throw badField('/expires_at', 'must be in the future');
      const customer = body.user_id ? [body.user_id] : await this.customersAt(body.email!, manager);
      const key = { userId: customer[0], channel } as const;
      const isNew = (await rows(manager, hold({ ...key, reason, source, expires_at }, nameOf(caller)))).length > 0;
      const before = isNew ? undefined : toSuppressionView(await row<SuppressionRow>(manager, selectSuppression(key)));
      const lines: SuppressionLines = {
        by: 'user_id',
        customer,
        line: customer.map((_, i) => i + 1),
        channel: customer.map(() => channel),
        reason: customer.map(() => reason),
        source: customer.map(() => source ?? ''),
        expires_at: customer.map(() => expires_at ?? null),
      };
      const { added } = await row<StoredFigures>(manager, store(lines, nameOf(caller)));
      const view = toSuppressionView(await row<SuppressionRow>(manager, selectSuppression(key))); // its row is locked: it is there
      changed(view.id, { before, after: view, detail: { customers: customer.length } });
      return new Stored(view, isNew || added !== '0' ? `/suppressions/${view.id}` : undefined);
    });
  }

  /** Newest first. @throws Problem bad-cursor */
  async list(query: SuppressionsQuery): Promise<Page<SuppressionView>> {
    const { user_id, channel, reason, in_force, limit, cursor, total } = query;
    const filter = { userId: user_id?.toLowerCase(), channel, reason, inForce: in_force };
    const scope = `suppressions?${JSON.stringify(filter)}`;
    const after = this.cursors.read(scope, cursor);
    const [found, count] = await Promise.all([
      rows<SuppressionRow>(this.database, selectPage(filter, limit + 1, after)),
      total ? row<{ total: string }>(this.database, countAll(filter)) : undefined,
    ]);
    const key = (last: SuppressionRow) => [last.created_at.toISOString(), last.user_id, last.channel];
    return this.cursors.page(found, limit, scope, key, count && Number(count.total)).map(toSuppressionView);
  }

  /** @throws Problem suppression-not-found */
  async get(id: string): Promise<SuppressionView> {
    const [found] = await rows<SuppressionRow>(this.database, selectSuppression(keyOf(id)));
    return found ? toSuppressionView(found) : noSuchSuppression();
  }

  /** Lifts it: the customer may be messaged again. @throws Problem suppression-not-found, conflict where the customer was erased */
  async remove(id: string, transaction: EntityManager, changed: Changed): Promise<void> {
    const key = keyOf(id);
    const [removed] = await rows<SuppressionRow>(transaction, deleteSuppression(key));
    if (removed) return changed(toSuppressionView(removed).id, { before: toSuppressionView(removed) });
    const [kept] = await rows<SuppressionRow>(transaction, selectSuppression(key));
    if (!kept) noSuchSuppression();
    throw new Problem(
      'conflict',
      'The customer was erased: this suppression is what is left of it, so that nobody messages them again, and it is not lifted.',
    );
  }

  /** All that are kept of a customer, those that expired too. */
  async ofCustomer(userId: string, database: Queryable): Promise<SuppressionView[]> {
    return (await rows<SuppressionRow>(database, selectOfCustomer(userId))).map(toSuppressionView);
  }

  /** Leaves of a customer's suppressions one, in every channel and for good, that says nothing of them. */
  async erase(
    userId: string,
    caller: Principal,
    transaction: EntityManager,
  ): Promise<{ removed: number; wasErased: boolean }> {
    const { removed, was_erased } = await row<ErasedRow>(transaction, eraseSuppressions(userId, nameOf(caller)));
    return { removed: Number(removed), wasErased: was_erased };
  }

  /** Suppresses everybody in a file that was read, or nobody. @throws Problem bad-request */
  async import(
    lines: SuppressionLines,
    caller: Principal,
    transaction: EntityManager,
    changed: Changed,
  ): Promise<SuppressionImportView> {
    await refuseExpired(lines, await now(transaction));
    await allowTime(transaction, IMPORT_SECONDS);
    const { unknown_lines, ...stored } = await row<StoredFigures>(transaction, store(lines, nameOf(caller)));
    const figures = {
      added: Number(stored.added),
      replaced: Number(stored.replaced),
      unchanged: Number(stored.unchanged),
      unknown: Number(stored.unknown),
    };
    changed(null, { detail: figures });
    return { ...figures, unknown_lines };
  }

  /** From the lowest id on. @throws Problem customer-not-found */
  private async customersAt(email: string, database: EntityManager): Promise<string[]> {
    const found = await rows<{ id: string }>(database, selectCustomersAt(email));
    if (found.length === 0) throw new Problem('customer-not-found', 'No customer has this e-mail address.');
    return found.map(({ id }) => id);
  }
}

const now = async (database: EntityManager): Promise<number> =>
  Number((await row<{ now: string }>(database, selectNow)).now);

/** @throws Problem bad-request unless there is one of the two */
function refuseTwoNames({ user_id, email }: CreateSuppression): void {
  if (user_id && email) throw badField('/email', 'must be left out where user_id is given');
  if (!user_id && !email) throw badField('/user_id', 'must be given, or email');
}

/** `<customer>`, or `<customer>:<channel>`; what has another form names no suppression. */
function keyOf(id: string): SuppressionKey {
  const [, userId, channel] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::([a-z]+))?$/i.exec(id) ?? [];
  if (!userId || (channel && !channels.includes(channel as Channel))) return noSuchSuppression();
  return { userId, channel: (channel as Channel | undefined) ?? '' };
}

function noSuchSuppression(): never {
  throw new Problem('suppression-not-found', 'There is no such suppression.');
}
