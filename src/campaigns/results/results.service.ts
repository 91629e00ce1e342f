import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../../common/problem';
import { row, rows } from '../../common/sql';
import { allowTime, unlessGone } from '../../database/connection-guard';
import { inSnapshot } from '../../database/transaction';
import { codeOf } from '../audience/reasons';
import { CampaignsService } from '../campaigns.service';
import { conversionDifference, type Interval, meanDifference, type Proportion, type Sample, times } from './effect';
import type { CampaignResultsView, EffectView, EstimateView, GroupResultsView, ResultsQuery } from './results.dto';
import { type GroupRow, HASHED_FROM, preferHashing, type RunsRow, selectGroups, selectRuns } from './results.sql';
import { warningsOf } from './warnings';

/** Millions of customers and their purchases take longer than a request does otherwise. */
const MAX_SECONDS = 60;

/** Each holds a connection, and reads the purchases of its window. */
const MAX_AT_ONCE = 2;

/** A group with its figures as numbers; no revenue where an amount is no number. */
type Group = Proportion & Omit<Sample, 'revenue'> & { purchases: number; revenue: number | null };

/** What a campaign changed. */
@Injectable()
export class CampaignResultsService {
  private running = 0;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly campaigns: CampaignsService,
  ) {}

  /** @throws Problem campaign-not-found, database-busy, statement-too-slow */
  async results(campaignId: string, { within_days }: ResultsQuery, gone: AbortSignal): Promise<CampaignResultsView> {
    await this.campaigns.get(campaignId);
    if (this.running >= MAX_AT_ONCE)
      throw new Problem('database-busy', `${MAX_AT_ONCE} results are being computed already. Try again when one is done.`);
    this.running++;
    try {
      const [runs, found] = await inSnapshot(this.database, (snapshot) =>
        unlessGone(gone, snapshot, () => read(snapshot, campaignId, within_days)),
      );
      return toResultsView(campaignId, within_days, runs, found);
    } finally {
      this.running--;
    }
  }
}

async function read(snapshot: EntityManager, campaignId: string, withinDays: number): Promise<[RunsRow, GroupRow[]]> {
  await allowTime(snapshot, MAX_SECONDS);
  const runs = await row<RunsRow>(snapshot, selectRuns(campaignId, withinDays));
  if (Number(runs.matched) >= HASHED_FROM) await rows(snapshot, preferHashing);
  return [runs, await rows<GroupRow>(snapshot, selectGroups(campaignId, withinDays))];
}

function toResultsView(campaignId: string, withinDays: number, runs: RunsRow, found: GroupRow[]): CampaignResultsView {
  const group = (code: number) => toGroup(found.find(({ reason }) => reason === code));
  const [targeted, holdout] = [group(codeOf('targeted')), group(codeOf('holdout'))];
  return {
    campaign_id: campaignId,
    within_days: withinDays,
    as_of: runs.as_of.toISOString(),
    window_ends_at: runs.window_ends_at?.toISOString() ?? null,
    dispatches: runs.dispatches,
    targeted: toGroupView(targeted),
    holdout: toGroupView(holdout),
    notifications: {
      notified: Number(runs.written),
      sent: Number(runs.sent),
      failed: Number(runs.failed),
      cancelled: Number(runs.withdrawn),
    },
    effect: effectOf(targeted, holdout),
    warnings: warningsOf({
      asOf: runs.as_of,
      withinDays,
      windowEndsAt: runs.window_ends_at,
      dispatches: runs.dispatches,
      underWay: runs.under_way,
      cancelled: runs.cancelled,
      holdoutPercents: runs.holdout_percents,
      targeted,
      holdout,
    }),
  };
}

/** Amounts that are no numbers make a sum that is none. */
const finite = (text: string): number | null => (Number.isFinite(Number(text)) ? Number(text) : null);

const toGroup = (found?: GroupRow): Group => ({
  customers: Number(found?.customers ?? 0),
  buyers: Number(found?.buyers ?? 0),
  purchases: Number(found?.purchases ?? 0),
  revenue: finite(found?.revenue ?? '0'),
  variance: found?.variance ? finite(found.variance) : null,
});

const toGroupView = ({ customers, buyers, purchases, revenue }: Group): GroupResultsView => ({
  customers,
  buyers,
  purchases,
  revenue: revenue === null ? null : rounded(revenue, 2),
  conversion: customers === 0 ? null : rounded(buyers / customers, 6),
  revenue_per_customer: customers === 0 || revenue === null ? null : rounded(revenue / customers, 4),
});

function effectOf(targeted: Group, holdout: Group): EffectView | null {
  const conversion = conversionDifference(targeted, holdout);
  if (!conversion) return null;
  const revenue =
    targeted.revenue === null || holdout.revenue === null
      ? null
      : meanDifference({ ...targeted, revenue: targeted.revenue }, { ...holdout, revenue: holdout.revenue });
  return {
    conversion_points: toEstimateView(times(conversion, 100), 4),
    revenue_per_customer: revenue && toEstimateView(revenue, 4),
    incremental_buyers: toEstimateView(times(conversion, targeted.customers), 2),
    incremental_revenue: revenue && toEstimateView(times(revenue, targeted.customers), 2),
  };
}

const toEstimateView = ({ estimate, low, high }: Interval, decimals: number): EstimateView => ({
  estimate: rounded(estimate, decimals),
  low: low === null ? null : rounded(low, decimals),
  high: high === null ? null : rounded(high, decimals),
});

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));
