import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Measures } from '../common/measures';
import { isPersonalised } from '../common/message-template';
import { Problem } from '../common/problem';
import { type Queryable, row, rows } from '../common/sql';
import type {
  ClaimedNotification,
  ClaimRequest,
  ClaimView,
  ExtendRequest,
  ExtendView,
  ReleaseRequest,
  ReleaseView,
  SettleRequest,
  SettleView,
} from './delivery.dto';
import { extendLease, leaseNew, type LeaseRow, releaseLease, selectAddresses, selectLease, settleLease } from './lease.sql';
import { RenderingService } from './rendering.service';

/** What to lease. */
type LeaseWish = Omit<ClaimRequest, 'worker' | 'wait_seconds'>;

/** The lease protocol of workers (docs/workers.md). */
@Injectable()
export class DeliveryService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly rendering: RenderingService,
    private readonly measures: Measures,
  ) {}

  /** Leases what is to be delivered next: nobody else gets it until the lease ends. Without a token where there is nothing. */
  async claim(request: LeaseWish, worker: string): Promise<ClaimView> {
    return this.present(await this.lease(request, worker));
  }

  /** As `claim`, for whoever does it in a transaction and looks at it afterwards. */
  async lease(
    { limit = 100, lease_seconds = 60, channel }: LeaseWish,
    worker: string,
    database: Queryable = this.database,
  ): Promise<LeaseRow | undefined> {
    return (await rows<LeaseRow>(database, leaseNew(limit, lease_seconds, channel, worker)))[0];
  }

  /** A lease that is under way, with what is still open in it; none where others marked all of it by name. @throws Problem lease-lost */
  async show(token: string | null): Promise<ClaimView> {
    if (token === null) return this.view(undefined);
    const [lease = this.lost('show')] = await rows<LeaseRow>(this.database, selectLease(token));
    return this.view(lease.users.length > 0 ? lease : undefined);
  }

  /** Records what became of notifications of a lease. Repeating it changes nothing. @throws Problem lease-lost */
  async settle(
    { lease_token, sent = [], failed = [] }: SettleRequest,
    database: Queryable = this.database,
  ): Promise<SettleView> {
    const [settled] = await rows<SettleView>(database, settleLease(lease_token, sent, failed));
    if (!settled) return this.lost('settle');
    for (const outcome of ['sent', 'failed', 'retrying'] as const) this.measures.settled.inc({ outcome }, settled[outcome]);
    this.measures.settled.inc({ outcome: 'rejected' }, settled.rejected.length);
    return settled;
  }

  /** @throws Problem lease-lost */
  async extend({ lease_token, lease_seconds }: ExtendRequest, database: Queryable = this.database): Promise<ExtendView> {
    const { lease_until } = await row<{ lease_until: Date | null }>(database, extendLease(lease_token, lease_seconds));
    return { lease_until: (lease_until ?? this.lost('extend')).toISOString() };
  }

  /** Gives back what is open in a lease, for others; it counts as no attempt. @throws Problem lease-lost */
  async release({ lease_token }: ReleaseRequest, database: Queryable = this.database): Promise<ReleaseView> {
    const { released } = await row<{ released: number | null }>(database, releaseLease(lease_token));
    return { released: released ?? this.lost('release') };
  }

  /** A lease that was just taken. Where it cannot be shown it is given back, so that nobody's notifications count as lost. */
  async present(lease: LeaseRow | undefined): Promise<ClaimView> {
    try {
      return await this.view(lease);
    } catch (error) {
      if (lease) await this.release({ lease_token: lease.token }).catch(() => undefined); // then it runs out
      throw error;
    }
  }

  /** A lease with its messages as its customers are to read them; without a token where there is none. */
  private async view(lease: LeaseRow | undefined): Promise<ClaimView> {
    if (!lease) return { lease_token: null, lease_until: null, notifications: [] };
    const { dispatches, attempts, texts } = lease;
    const notifications = lease.users.map((user_id, i): ClaimedNotification => {
      const dispatch_id = dispatches.length > 1 ? dispatches[i] : dispatches[0];
      const { campaign_id, channel, title, message } = texts[dispatch_id];
      const attempt = attempts.length > 1 ? attempts[i] : attempts[0];
      const id = `${dispatch_id}:${user_id}`;
      return { id, user_id, campaign_id, dispatch_id, title, message, channel, attempt, data: {} };
    });
    const personal = new Set(Object.keys(texts).filter((dispatch) => hasPlaceholders(texts[dispatch])));
    await Promise.all([
      this.addValues(notifications.filter(({ dispatch_id }) => personal.has(dispatch_id))),
      this.addAddresses(notifications),
    ]);
    for (const { channel } of notifications.slice(0, 1)) this.measures.claimed.inc({ channel }, notifications.length);
    return { lease_token: lease.token, lease_until: lease.until.toISOString(), notifications };
  }

  private lost(call: 'settle' | 'extend' | 'release' | 'show'): never {
    this.measures.stale.inc({ call });
    throw new Problem(
      'lease-lost',
      'It ran out and somebody else has what was open in it, or it was settled or released. Nothing was changed.',
    );
  }

  private async addValues(personal: ClaimedNotification[]): Promise<void> {
    if (personal.length === 0) return;
    for (const [i, { title, message }] of (await this.rendering.render(personal)).entries())
      Object.assign(personal[i], { title, message });
  }

  /** A mail worker needs no customer table of its own. */
  private async addAddresses(claimed: ClaimedNotification[]): Promise<void> {
    const mails = claimed.filter(({ channel }) => channel === 'email');
    if (mails.length === 0) return;
    const found = await rows<{ id: string; email: string | null }>(
      this.database,
      selectAddresses(mails.map(({ user_id }) => user_id)),
    );
    const addressOf = new Map(found.map(({ id, email }) => [id, email]));
    for (const { user_id, data } of mails) data.email = addressOf.get(user_id) ?? null;
  }
}

/** What has none is as its customers are to read it. */
const hasPlaceholders = ({ title, message }: { title: string | null; message: string }): boolean =>
  isPersonalised(message) || isPersonalised(title ?? '');
