import type { Channel } from '../../common/channels';
import type { ProblemType } from '../../common/problem';
import type { MovedAudience } from '../../common/problem.dto';
import type { FrozenRule } from '../../segments/audience.service';
import type { Reason } from '../audience/reasons';
import type { FrequencyCapRule } from '../campaign.entity';

/** `campaign`: a run. `test`: a message to a few by name. `dry_run`: whom a run would target; it writes nothing. */
export const dispatchKinds = ['campaign', 'test', 'dry_run'] as const;
export type DispatchKind = (typeof dispatchKinds)[number];

/** Where a run can be. The first two are worked on; a dry run ends as previewed. */
export const dispatchStatuses = [
  'resolving',
  'writing',
  'dispatched',
  'paused',
  'cancelled',
  'failed',
  'previewed',
] as const;
export type DispatchStatus = (typeof dispatchStatuses)[number];

/** The rules of delivery as the campaign had them, and what the caller asked for. */
export interface DispatchSettings {
  frequency_cap: FrequencyCapRule | null;
  holdout_percent: number;
  once_per_customer: boolean;
  /** How many customers the caller expects to be targeted, and by which share that may be missed. */
  expected_count?: number;
  tolerance?: number;
  /** Of a test: to whom. */
  user_ids?: string[];
}

/** A segment as it was when the run began, without its filters. */
export type FrozenSegment = Omit<FrozenRule, 'filters'>;

/** What a dry run counted beside the reasons. */
export interface DispatchPreview {
  segments: { id: string; customers: number; only_here: number }[];
  overlaps: { segment_ids: string[]; customers: number }[];
}

/** A row of `dispatches` with the sums over its lanes, as dispatches.sql.ts selects it: counts are bigint, so text. */
export interface DispatchRow extends Record<Reason, string> {
  id: string;
  campaign_id: string;
  campaign_name: string;
  kind: DispatchKind;
  status: DispatchStatus;
  as_of: string;
  title: string | null;
  message: string;
  channel: Channel;
  settings: Partial<DispatchSettings>;
  not_after: Date | null;
  matched: string;
  queued: string;
  chunks: number | null;
  next_chunk: number;
  preview: DispatchPreview | null;
  failure: ProblemType | null;
  failure_detail: string | null;
  failure_figures: MovedAudience | null;
  segments: FrozenSegment[];
  waiting: string;
  sent: string;
  failed: string;
  cancelled: string;
  /** In workers' hands now, and waiting to be tried again. */
  leased: string;
  retrying: string;
  requested_by: string;
  created_at: Date;
  resolved_at: Date | null;
  finished_at: Date | null;
  archived_at: Date | null;
}

/** What a run is resolved from. */
export interface FrozenRun extends Pick<DispatchRow, 'id' | 'campaign_id' | 'kind' | 'channel' | 'settings' | 'as_of'> {
  rule: FrozenRule[];
}

/** Dispatches of before this was kept had none of these rules. */
export const settingsOf = ({ settings }: Pick<DispatchRow, 'settings'>): DispatchSettings => ({
  frequency_cap: null,
  holdout_percent: 0,
  once_per_customer: true,
  ...settings,
});
