import { type Queryable, rows, type Sql } from '../common/sql';
import type { SegmentHealthService } from '../segments/segment-health.service';
import {
  deadLetters,
  disabledWebhooks,
  failedDispatches,
  type FoundRow,
  missingVolumes,
  stalledChannels,
  stuckDispatches,
} from './overview.sql';

/** Where checks look. */
interface Places {
  readonly database: Queryable;
  readonly segments: SegmentHealthService;
}

/** Something that a person should look at. */
interface Check {
  readonly kind: string;
  readonly level: 'warning' | 'error';
  readonly find: (places: Places) => Promise<FoundRow[]>;
}

const asked =
  (statement: Sql) =>
  ({ database }: Places): Promise<FoundRow[]> =>
    rows<FoundRow>(database, statement);

/** Minutes after which a column index should have looked for changes; it looks every few seconds, less often where that takes long. */
const STALE_MINUTES = 15;
const MOST = 20;

/** Every check there is, in the order in which what they find is shown. */
export const checks = [
  { kind: 'dispatch-stuck', level: 'error', find: asked(stuckDispatches) },
  { kind: 'queue-stalled', level: 'error', find: asked(stalledChannels) },
  { kind: 'dispatch-failed', level: 'error', find: asked(failedDispatches) },
  { kind: 'dead-letters', level: 'warning', find: asked(deadLetters) },
  { kind: 'segment-unreadable', level: 'warning', find: unreadableSegments },
  { kind: 'index-stale', level: 'warning', find: staleIndex },
  { kind: 'webhook-disabled', level: 'warning', find: asked(disabledWebhooks) },
  { kind: 'volume-missing', level: 'warning', find: asked(missingVolumes) },
] as const satisfies readonly Check[];

async function unreadableSegments({ segments }: Places): Promise<FoundRow[]> {
  const unreadable = await segments.unreadable();
  return unreadable
    .slice(0, MOST)
    .map(({ id, name, problem }) => ({ subject_id: id, subject: name, count: 1, detail: problem }));
}

function staleIndex({ segments }: Places): Promise<FoundRow[]> {
  const { state, as_of } = segments.index();
  const minutes = as_of === undefined ? 0 : Math.floor((Date.now() - Date.parse(as_of)) / 60_000);
  const about = { subject_id: null, subject: null, count: 1 };
  if (state === 'failed')
    return Promise.resolve([
      { ...about, detail: 'The column index failed, and is tried again. PostgreSQL answers, which takes longer.' },
    ]);
  if (state === 'ready' && minutes >= STALE_MINUTES)
    return Promise.resolve([
      { ...about, detail: `The column index has not seen what came in the last ${minutes} minutes.` },
    ]);
  return Promise.resolve([]);
}
