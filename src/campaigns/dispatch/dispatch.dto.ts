import { ApiProperty } from '@nestjs/swagger';
import { type Channel, channels } from '../../common/channels';
import { type ProblemType, problemTypes } from '../../common/problem';
import { MovedAudience } from '../../common/problem.dto';
import { type Reason, reasons, type Standing, standingOf, standings } from '../audience/reasons';
import { FrequencyCap } from '../delivery-rules.dto';
import {
  type DispatchKind,
  dispatchKinds,
  type DispatchRow,
  type DispatchStatus,
  dispatchStatuses,
  settingsOf,
} from './dispatch-row';

/** A customer of a frozen audience. */
export class AudienceMember {
  @ApiProperty({ format: 'uuid' })
  user_id: string;

  /** `targeted`, or why not. */
  @ApiProperty({ enum: standings })
  reason: Standing;
}

export const toAudienceMember = ({ user_id, reason }: { user_id: string; reason: number }): AudienceMember => ({
  user_id,
  reason: standingOf(reason),
});

/** What became of the notifications of a dispatch so far. They add up to its `queued`. */
export class DispatchProgress {
  /** Not settled yet. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  queued: number;

  /** Marked sent by a worker. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  sent: number;

  /** Marked failed by a worker. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  failed: number;

  /** Withdrawn before a worker settled them. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  cancelled: number;
}

/** Customers left out, by the one reason each has: the first that holds, in this order. */
export class ReasonCounts implements Record<Reason, number> {
  /** In an excluded segment. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  excluded: number;

  /** A suppression holds, for the channel or for every one. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  suppressed: number;

  /** Had this campaign already. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  already_notified: number;

  /** Was messaged as often as the frequency cap allows. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  frequency_capped: number;

  /** Kept out on purpose. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  holdout: number;
}

/** What one included segment gives. */
export class SegmentShare {
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** Its customers. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  customers: number;

  /** Of these, those that no other included segment gives. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  only_here: number;
}

/** Customers whom exactly these segments give. */
export class SegmentOverlap {
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' } })
  segment_ids: string[];

  @ApiProperty({ type: 'integer', minimum: 0 })
  customers: number;
}

/** What a dry run says beside the figures. */
export class DispatchPreviewView {
  @ApiProperty({ type: () => [SegmentShare] })
  segments: SegmentShare[];

  /** The combinations of two and more segments that have customers, the largest 50. */
  @ApiProperty({ type: () => [SegmentOverlap] })
  overlaps: SegmentOverlap[];

  /** The first ten customers targeted, in a list none; `GET /dispatches/{id}/audience` has all. */
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' } })
  sample: string[];
}

/** Why a dispatch ended before it was written. */
export class DispatchError extends MovedAudience {
  /** The problem's name, as in the end of `type` of an error answer. */
  @ApiProperty({ enum: Object.keys(problemTypes) })
  type: ProblemType;

  /** For people. */
  detail: string;
}

/** A segment that a dispatch froze. */
export class FrozenSegmentView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** The version whose rule was read: `GET /segments/{id}/versions` has it. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version: number;

  /** There where its customers were left out. */
  @ApiProperty({ required: false, enum: [true] })
  excluded?: true;

  /** There where it is neither included nor excluded, but one that those refer to. */
  @ApiProperty({ required: false, enum: [true] })
  referred?: true;
}

/** The rules of delivery a dispatch froze. */
export class FrozenRules {
  @ApiProperty({ type: () => FrequencyCap, nullable: true })
  frequency_cap: FrequencyCap | null;

  @ApiProperty({ type: 'number', minimum: 0, maximum: 99 })
  holdout_percent: number;

  once_per_customer: boolean;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  not_after: string | null;
}

/**
 * One run of a campaign. `matched = targeted + ` the sum of `reasons`, from when the audience is resolved; `queued` grows to `targeted`
 * while it is written.
 */
export class DispatchView {
  /** Opaque. */
  @ApiProperty({ example: '17' })
  id: string;

  @ApiProperty({ format: 'uuid' })
  campaign_id: string;

  /** What the campaign is called now. */
  campaign_name: string;

  /** `test`: to a few by name, and never counted as the campaign. `dry_run`: it wrote nothing. */
  @ApiProperty({ enum: dispatchKinds })
  kind: DispatchKind;

  /** `dispatched`: every notification is written, and they reconcile with the audience. `previewed`: a dry run is ready. */
  @ApiProperty({ enum: dispatchStatuses })
  status: DispatchStatus;

  /** Why it failed, or was cancelled without anybody asking for it. */
  @ApiProperty({ type: () => DispatchError, nullable: true })
  error: DispatchError | null;

  /** The instant at which the rules were read. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;

  /** The title as it was then. */
  @ApiProperty({ type: String, nullable: true })
  title: string | null;

  /** The message as it was then, with its placeholders. */
  message: string;

  @ApiProperty({ enum: channels })
  channel: Channel;

  /** The segments as they were then. Of a test there are none. */
  @ApiProperty({ type: () => [FrozenSegmentView] })
  segments: FrozenSegmentView[];

  /** The rules of delivery as they were then. */
  rules: FrozenRules;

  /** Customers the rules gave, each once. 0 while `resolving`. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  matched: number;

  /** Of these, whoever gets a notification. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  targeted: number;

  /** Why the others do not. A customer who reaches the cap while it is written moves from `targeted` to `frequency_capped`. */
  reasons: ReasonCounts;

  /** `reasons.already_notified` once more, where clients have always found it. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  already_notified: number;

  /** Notifications written so far. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  queued: number;

  /** How far its notifications are. */
  progress: DispatchProgress;

  /** How many are in workers' hands at this moment. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  leased: number;

  /** How many of the queued failed before, and wait to be tried again. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  retrying: number;

  /** Only of a dry run, and only once it is `previewed`. */
  @ApiProperty({ type: () => DispatchPreviewView, required: false })
  preview?: DispatchPreviewView;

  /** Who asked for it. */
  @ApiProperty({ example: 'token:5f3c9a1b' })
  requested_by: string;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  /** When the audience was frozen; null until then. */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  resolved_at: string | null;

  /** When the last notification was written, or it ended otherwise; null until then. */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  finished_at: string | null;

  /** When its notifications were put away; null while they are there. Its figures and its audience stay. */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  archived_at: string | null;
}

/** @param sample the first customers targeted, of a dry run */
export function toDispatchView(dispatch: DispatchRow, sample: string[] = []): DispatchView {
  const counts = Object.fromEntries(reasons.map(({ name }) => [name, Number(dispatch[name])])) as unknown as ReasonCounts;
  const { frequency_cap, holdout_percent, once_per_customer } = settingsOf(dispatch);
  return {
    id: dispatch.id,
    campaign_id: dispatch.campaign_id,
    campaign_name: dispatch.campaign_name,
    kind: dispatch.kind,
    status: dispatch.status,
    error: dispatch.failure && {
      type: dispatch.failure,
      detail: dispatch.failure_detail ?? '',
      ...dispatch.failure_figures,
    },
    as_of: dispatch.as_of.replace('+00:00', 'Z'),
    title: dispatch.title,
    message: dispatch.message,
    channel: dispatch.channel,
    segments: dispatch.segments,
    rules: {
      frequency_cap,
      holdout_percent,
      once_per_customer,
      not_after: dispatch.not_after?.toISOString() ?? null,
    },
    matched: Number(dispatch.matched),
    targeted: Number(dispatch.matched) - reasons.reduce((sum, { name }) => sum + counts[name], 0),
    reasons: counts,
    already_notified: counts.already_notified,
    queued: Number(dispatch.queued),
    progress: {
      queued: Number(dispatch.waiting),
      sent: Number(dispatch.sent),
      failed: Number(dispatch.failed),
      cancelled: Number(dispatch.cancelled),
    },
    leased: Number(dispatch.leased),
    retrying: Number(dispatch.retrying),
    ...(dispatch.preview && { preview: { ...dispatch.preview, sample } }),
    requested_by: dispatch.requested_by,
    created_at: dispatch.created_at.toISOString(),
    resolved_at: dispatch.resolved_at?.toISOString() ?? null,
    finished_at: dispatch.finished_at?.toISOString() ?? null,
    archived_at: dispatch.archived_at?.toISOString() ?? null,
  };
}
