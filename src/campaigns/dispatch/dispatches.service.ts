import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Changed } from '../../audit/trail';
import { nameOf, type Principal } from '../../auth/principal';
import { Accepted, type Page } from '../../common/answer';
import { Background } from '../../common/background';
import { Cursors } from '../../common/cursors';
import { badField, Problem } from '../../common/problem';
import { rows, type Sql } from '../../common/sql';
import type { Once } from '../../idempotency/once';
import { NotificationsService } from '../../notifications/notifications.service';
import { AudienceService, isIncluded } from '../../segments/audience.service';
import { selectAudience } from '../audience/audience.sql';
import type { Standing } from '../audience/reasons';
import { Campaign } from '../campaign.entity';
import { type AudienceMember, type DispatchView, toAudienceMember, toDispatchView } from './dispatch.dto';
import type { AudienceQuery, DispatchRequest, TestSendRequest } from './dispatch-request.dto';
import { type DispatchKind, type DispatchRow, type DispatchStatus } from './dispatch-row';
import { Dispatcher } from './dispatcher';
import { cancelDispatch, insertDispatch, lockRow, pauseDispatch, resumeDispatch, selectDispatch } from './dispatches.sql';
import { refuseExpired, refuseFuture, refuseUnknownCustomers } from './dispatch-refusals';

/** Statuses that a process is at work on; every other one stands until somebody asks for something. */
const UNDER_WAY: readonly DispatchStatus[] = ['resolving', 'writing'];
/** How soon the end is seen by whoever waits for it: at first, and at last. */
const FIRST_LOOK_MS = 5;
const LAST_LOOK_MS = 250;
const SAMPLE = 10;

/** How long somebody waits for the end of a run: so many seconds, unless the caller leaves before. */
export interface Waiting {
  wait: number;
  gone: AbortSignal;
}

@Injectable()
export class DispatchesService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audience: AudienceService,
    private readonly notifications: NotificationsService,
    private readonly dispatcher: Dispatcher,
    private readonly background: Background,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Runs the campaign, or shows whom it would target (`dry_run`). Waits so many seconds for the end.
   * @throws Problem campaign-not-found, campaign-inactive, campaign-expired, no-active-segment, segment-inactive, dispatch-in-progress,
   *   audience-moved, and whatever else ends a dispatch
   */
  dispatch(
    campaignId: string,
    request: DispatchRequest,
    caller: Principal,
    { once, kind, ...waiting }: { once: Once; kind: DispatchKind } & Waiting,
  ): Promise<DispatchView | Accepted<DispatchView>> {
    return once.begin(
      async (transaction, changed) => {
        const id = await this.start(transaction, campaignId, request, nameOf(caller), kind);
        changed(id, { after: await this.seen(id, transaction), detail: { campaign_id: campaignId, kind } });
        return id;
      },
      (id) => this.outcome(id, waiting),
    );
  }

  /**
   * The message to a few customers by name; it never counts as the campaign.
   * @throws Problem campaign-not-found, campaign-expired, bad-request where an id is no active customer's
   */
  testSend(
    campaignId: string,
    { user_ids }: TestSendRequest,
    caller: Principal,
    { once, ...waiting }: { once: Once } & Waiting,
  ): Promise<DispatchView | Accepted<DispatchView>> {
    return once.begin(
      async (transaction, changed) => {
        const campaign = await this.find(transaction, campaignId);
        await refuseExpired(transaction, campaign);
        await refuseUnknownCustomers(transaction, user_ids);
        const settings = { frequency_cap: null, holdout_percent: 0, once_per_customer: false, user_ids };
        const run = {
          ...campaign,
          campaignId,
          kind: 'test' as const,
          rule: [],
          asOf: undefined,
          requestedBy: nameOf(caller),
        };
        const [{ id }] = await rows<{ id: string }>(transaction, insertDispatch({ ...run, settings }));
        const detail = { campaign_id: campaignId, customers: user_ids.length };
        changed(id, { after: await this.seen(id, transaction), detail });
        return id;
      },
      (id) => this.outcome(id, waiting),
    );
  }

  /**
   * Makes a run, with all that it freezes; a dispatcher takes it from there once the transaction is committed.
   * @returns its id
   * @throws Problem campaign-not-found, campaign-inactive, campaign-expired, no-active-segment, segment-inactive, dispatch-in-progress
   */
  async start(
    transaction: EntityManager,
    campaignId: string,
    { as_of, expected_count, tolerance }: DispatchRequest,
    requestedBy: string,
    kind: DispatchKind = 'campaign',
  ): Promise<string> {
    if (tolerance !== undefined && expected_count === undefined)
      throw badField('/tolerance', 'means nothing without expected_count');
    if (expected_count !== undefined && kind === 'dry_run')
      throw badField('/expected_count', 'is for the dispatch: a dry run says how many there are');
    const campaign = await this.dispatchable(transaction, campaignId);
    await refuseFuture(transaction, as_of);
    const rule = await this.audience.freeze(campaign.segment_ids, campaign.excluded_segment_ids, transaction);
    if (!rule.some(isIncluded)) throw new Problem('no-active-segment', 'Activate one of its segments, or give it another.');
    const { frequency_cap, holdout_percent, once_per_customer } = campaign;
    const settings = { frequency_cap, holdout_percent, once_per_customer, expected_count, tolerance };
    const run = { ...campaign, campaignId, kind, rule, settings, asOf: as_of, requestedBy };
    const [made] = await rows<{ id: string }>(transaction, insertDispatch(run));
    if (made) return made.id;
    throw new Problem(
      'dispatch-in-progress',
      'Another dispatch of this campaign is under way or paused. Wait for it, or cancel it, before you repeat this.',
    );
  }

  /** @throws Problem dispatch-not-found */
  async get(id: string): Promise<DispatchView> {
    return this.seen(id);
  }

  /** The frozen audience, by customer id. Empty until it is resolved. @throws Problem dispatch-not-found, bad-cursor */
  async listAudience(id: string, { reason, limit, cursor, total }: AudienceQuery): Promise<Page<AudienceMember>> {
    const scope = `dispatches/${id}/audience?reason=${reason ?? ''}`;
    const [after] = this.cursors.read(scope, cursor) ?? [];
    const dispatch = await this.findDispatch(id);
    const found = await rows<{ user_id: string; reason: number }>(
      this.database,
      selectAudience(id, reason, limit + 1, after),
    );
    const count = total ? countOf(toDispatchView(dispatch), reason) : undefined;
    return this.cursors.page(found, limit, scope, ({ user_id }) => [user_id], count).map(toAudienceMember);
  }

  /** Nothing more of it is written or handed out until it goes on. @throws Problem dispatch-not-found, dispatch-over */
  pause(id: string, once: Once): Promise<DispatchView> {
    return once((transaction, changed) => this.change(transaction, changed, id, pauseDispatch(id), ['paused']));
  }

  /** Goes on where it was. @throws Problem dispatch-not-found, dispatch-over */
  async resume(id: string, once: Once): Promise<DispatchView> {
    const view = await once((transaction, changed) =>
      this.change(transaction, changed, id, resumeDispatch(id), [...UNDER_WAY, 'dispatched']),
    );
    this.dispatcher.wake();
    return view;
  }

  /** Nothing more of it is written or handed out, and what is queued is cancelled. @throws Problem dispatch-not-found, dispatch-over */
  cancel(id: string, once: Once): Promise<DispatchView> {
    return once(async (transaction, changed) => {
      const locked = await this.lock(id, transaction);
      const before = await this.view(locked, transaction);
      await this.move(transaction, id, cancelDispatch(id), ['cancelled']);
      const isAny = await this.notifications.cancel(transaction, id);
      if (locked.status === 'dispatched' && !isAny)
        throw new Problem('dispatch-over', 'Every notification of it is settled: there is nothing left to cancel.');
      const after = await this.seen(id, transaction);
      changed(id, { before, after });
      return after;
    });
  }

  /**
   * One conditional UPDATE; where it changed nothing, what there is may be what was wanted already. The dispatch is locked before, so that
   * the answer says what this request did, and not what another one did right after.
   */
  private async change(
    transaction: EntityManager,
    changed: Changed,
    id: string,
    statement: Sql,
    wanted: DispatchStatus[],
  ): Promise<DispatchView> {
    const before = await this.view(await this.lock(id, transaction), transaction);
    const after = await this.view(await this.move(transaction, id, statement, wanted), transaction);
    changed(id, { before, after });
    return after;
  }

  private async move(
    transaction: EntityManager,
    id: string,
    statement: Sql,
    wanted: DispatchStatus[],
  ): Promise<DispatchRow> {
    await rows(transaction, statement);
    const dispatch = await this.findDispatch(id, transaction);
    if (!wanted.includes(dispatch.status))
      throw new Problem('dispatch-over', `It is ${dispatch.status}, and nothing was changed.`);
    return dispatch;
  }

  /** What it is, and stays until the transaction ends. @throws Problem dispatch-not-found */
  private async lock(id: string, transaction: EntityManager): Promise<DispatchRow> {
    await this.findDispatch(id, transaction); // looks at the form of the id, too
    await rows(transaction, lockRow(id));
    return this.findDispatch(id, transaction);
  }

  /** The run once it is no longer under way, or as it is when the time is over. What ended it is thrown. */
  private async outcome(id: string, { wait, gone }: Waiting): Promise<DispatchView | Accepted<DispatchView>> {
    this.dispatcher.wake();
    const until = performance.now() + wait * 1000;
    const { stopping } = this.background;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LAST_LOOK_MS)) {
      gone.throwIfAborted(); // no answer is kept then: whoever repeats the request waits for the same run
      const dispatch = await this.findDispatch(id);
      if (dispatch.status === 'failed')
        throw new Problem(dispatch.failure ?? 'internal-error', `Dispatch ${id} failed. ${dispatch.failure_detail}`, [], {
          members: dispatch.failure_figures ?? undefined,
        });
      if (!UNDER_WAY.includes(dispatch.status)) return this.view(dispatch);
      const left = until - performance.now();
      if (left <= 0 || stopping.aborted) return new Accepted(await this.view(dispatch), `/dispatches/${id}`);
      await sleep(Math.min(pause, left), undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  private async seen(id: string, manager: EntityManager = this.database.manager): Promise<DispatchView> {
    return this.view(await this.findDispatch(id, manager), manager);
  }

  private async view(dispatch: DispatchRow, manager: EntityManager = this.database.manager): Promise<DispatchView> {
    if (!dispatch.preview) return toDispatchView(dispatch);
    const sample = await rows<{ user_id: string }>(manager, selectAudience(dispatch.id, 'targeted', SAMPLE));
    return toDispatchView(
      dispatch,
      sample.map(({ user_id }) => user_id),
    );
  }

  private async findDispatch(id: string, manager: EntityManager = this.database.manager): Promise<DispatchRow> {
    const [found] = /^[1-9]\d{0,17}$/.test(id) ? await rows<DispatchRow>(manager, selectDispatch(id)) : [];
    if (!found) throw new Problem('dispatch-not-found', 'There is no such dispatch.');
    return found;
  }

  private async dispatchable(manager: EntityManager, id: string): Promise<Campaign> {
    const campaign = await this.find(manager, id);
    if (!campaign.is_active)
      throw new Problem('campaign-inactive', 'Activate it with PATCH {"is_active": true} before you dispatch it.');
    await refuseExpired(manager, campaign);
    return campaign;
  }

  private async find(manager: EntityManager, id: string): Promise<Campaign> {
    const campaign = await manager.findOneBy(Campaign, { id });
    if (!campaign) throw new Problem('campaign-not-found', `There is no campaign ${id}.`);
    return campaign;
  }
}

const countOf = ({ matched, targeted, reasons }: DispatchView, standing: Standing | undefined): number => {
  if (standing === undefined) return matched;
  return standing === 'targeted' ? targeted : reasons[standing];
};
