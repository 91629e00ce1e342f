import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
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
import { readSuppressions } from './suppression-file';
import {
  countAll,
  deleteSuppression,
  type ErasedRow,
  eraseSuppressions,
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
    database: EntityManager = this.database.manager,
  ): Promise<Stored<SuppressionView>> {
    const { channel, reason, source, expires_at } = body;
    const line: SuppressionLines = {
      ...customerOf(body),
      line: [1],
      channel: [channel ?? ''],
      reason: [reason],
      source: [source ?? ''],
      expires_at: [expires_at ?? null],
    };
    return inTransaction(database, async (manager) => {
      if (expires_at && microsOf(expires_at) <= (await now(manager))) throw badField('/expires_at', 'must be in the future');
      const { added, first_user_id } = await row<StoredFigures>(manager, store(line, nameOf(caller)));
      if (first_user_id === null) throw new Problem('customer-not-found', 'No customer has this e-mail address.');
      const key = { userId: first_user_id, channel: channel ?? '' } as const;
      const view = toSuppressionView(await row<SuppressionRow>(manager, selectSuppression(key))); // its row is locked: it is there
      return new Stored(view, added === '0' ? undefined : `/suppressions/${view.id}`);
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
  async remove(id: string, database: EntityManager = this.database.manager): Promise<void> {
    const key = keyOf(id);
    const removed = await rows(database, deleteSuppression(key));
    if (removed.length > 0) return;
    const [kept] = await rows<SuppressionRow>(database, selectSuppression(key));
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

  /** Suppresses everybody in a CSV file, or nobody. @throws Problem bad-request, body-too-large */
  async import(
    file: Buffer,
    caller: Principal,
    database: EntityManager = this.database.manager,
  ): Promise<SuppressionImportView> {
    const lines = await readSuppressions(file, await now(database));
    return inTransaction(database, async (manager) => {
      await allowTime(manager, IMPORT_SECONDS);
      const stored = await row<StoredFigures>(manager, store(lines, nameOf(caller)));
      return {
        added: Number(stored.added),
        replaced: Number(stored.replaced),
        unchanged: Number(stored.unchanged),
        unknown: Number(stored.unknown),
        unknown_lines: stored.unknown_lines,
      };
    });
  }
}

const now = async (database: EntityManager): Promise<number> =>
  Number((await row<{ now: string }>(database, selectNow)).now);

/** @throws Problem bad-request unless there is one of the two */
function customerOf({ user_id, email }: CreateSuppression): Pick<SuppressionLines, 'by' | 'customer'> {
  if (user_id && email) throw badField('/email', 'must be left out where user_id is given');
  if (user_id) return { by: 'user_id', customer: [user_id] };
  if (email) return { by: 'email', customer: [email] };
  throw badField('/user_id', 'must be given, or email');
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
