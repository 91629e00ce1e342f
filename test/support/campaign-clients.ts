import type { Response } from 'supertest';
import type TestAgent from 'supertest/lib/agent';
import type { TestApp } from './app';
import { deliver } from './delivery-clients';
import { step } from './dispatching';
import { type Answer, type DeliveryOp, type Op, type Rules, standings } from './model-state';
import { post } from './twice';

/** What goes to an address with a body, or without. */
type Posted = Exclude<Op, DeliveryOp | { do: 'step' | 'arrive' | 'leave' | 'edit' | 'unsuppress' }>;

/** Several clients of one service, who do what the model says, and look at all there is afterwards. */
export class CampaignClients {
  constructor(
    private readonly app: TestApp,
    private readonly agents: readonly TestAgent[],
    /** Ids of the segments, by the numbers they have in the model. */
    private readonly segments: readonly string[],
  ) {}

  /** @param twice as one who repeats a request whose answer does not come: twice at once, with one Idempotency-Key. */
  async perform(op: Op, client: number, twice: boolean): Promise<Answer> {
    const { db } = this.app;
    switch (op.do) {
      case 'step':
        return { status: 0, is: await step(this.app, op.run) };
      case 'arrive':
        await db.query('INSERT INTO users (id, email, preferences) VALUES ($1::uuid, $1::uuid::text, $2)', [op.user, preferencesOf(op.segments)]); // prettier-ignore
        return { status: 0 };
      case 'leave':
        await db.query('UPDATE users SET is_active = false WHERE id = $1', [op.user]);
        return { status: 0 };
      case 'edit':
        return answered(
          await this.agents[client].patch(`/campaigns/${op.campaign}`).set('If-Match', '*').send(this.body(op.rules)),
        );
      case 'unsuppress':
        return answered(await this.agents[client].delete(`/suppressions/${op.user}${op.channel && `:${op.channel}`}`));
      case 'create':
      case 'dispatch':
      case 'test-send':
      case 'suppress':
      case 'pause':
      case 'resume':
      case 'cancel':
        return answered(await post(this.agents[client], this.address(op), this.bodyOf(op), twice));
      default:
        return deliver(this.app, this.agents[client], op, twice);
    }
  }

  private address(op: Posted): string {
    switch (op.do) {
      case 'create':
        return '/campaigns';
      case 'dispatch':
        return `/campaigns/${op.campaign}/dispatch${op.kind === 'dry_run' ? '?dry_run=true' : ''}`;
      case 'test-send':
        return `/campaigns/${op.campaign}/test-send`;
      case 'suppress':
        return '/suppressions';
      default:
        return `/dispatches/${op.run}/${op.do}`;
    }
  }

  private bodyOf(op: Posted): object | undefined {
    if (op.do === 'create') return { name: 'A campaign', message: 'Hello', ...this.body(op.rules) };
    if (op.do === 'dispatch') return op.kind === 'campaign' ? { expected_count: op.expected } : {}; // a dry run takes none
    if (op.do === 'test-send') return { user_ids: op.users };
    if (op.do === 'suppress') return { user_id: op.user, channel: op.channel || null, reason: 'other' };
    return undefined;
  }

  private body({ segments, excluded, channel, cap, holdout, once }: Rules): object {
    return {
      segment_ids: segments.map((n) => this.segments[n]),
      excluded_segment_ids: excluded.map((n) => this.segments[n]),
      channel,
      frequency_cap: cap === null ? null : { max: cap, per_days: 7 },
      holdout_percent: holdout,
      once_per_customer: once,
    };
  }

  /** All there is, in the form of the model's `shown`, out of the tables. */
  async look() {
    const [{ found }] = await this.app.db.query<{ found: Found }>(ALL_THERE_IS, [[...standings]]);
    const { campaigns, suppressed, runs, audiences, notifications, attempts } = found;
    const lines = (byRun: Found['audiences']) => Object.fromEntries(runs.map(({ id }) => [id, byRun?.[id] ?? []]));
    return {
      campaigns: Object.fromEntries((campaigns ?? []).map((one) => [one.id, this.rules(one)])),
      suppressed: suppressed ?? [],
      runs: Object.fromEntries(runs.map((run) => [run.id, this.figures(run, run.rule)])),
      audiences: lines(audiences),
      notifications: lines(notifications),
      attempts: lines(attempts),
    };
  }

  /** What the service says of its dispatches, in the same form; the rule is not on the wire. */
  async dispatches() {
    const { api } = this.app;
    const runs: Record<string, object> = {};
    for (const { id } of (await api.get('/campaigns').query({ limit: 1000 }).expect(200)).body)
      for (const run of (await api.get(`/campaigns/${id}/dispatches`).query({ limit: 1000 }).expect(200)).body)
        runs[run.id] = this.figures(run, []);
    return runs;
  }

  private figures(run: RunBody, rule: FrozenRules): object {
    const { campaign_id, kind, status, channel, matched, targeted, reasons, queued, progress, error } = run;
    const { frequency_cap, holdout_percent, once_per_customer } = run.rules;
    const ids = (excluded?: true) => rule.filter((one) => one.excluded === excluded).map(({ id }) => id);
    const [segment_ids, excluded_segment_ids] = [ids(), ids(true)];
    return {
      ...{ campaign: campaign_id, kind, status, matched, queued, progress, error: error?.type ?? null },
      standings: { targeted, ...reasons },
      rules: this.rules({ segment_ids, excluded_segment_ids, channel, frequency_cap, holdout_percent, once_per_customer }),
    };
  }

  private rules(body: RulesBody): Rules {
    const { segment_ids, excluded_segment_ids, channel, frequency_cap, holdout_percent, once_per_customer } = body;
    const [segments, excluded] = [this.numbers(segment_ids), this.numbers(excluded_segment_ids)];
    return {
      segments,
      excluded,
      channel,
      cap: frequency_cap?.max ?? null,
      holdout: holdout_percent,
      once: once_per_customer,
    };
  }

  private numbers = (ids: string[]): number[] => ids.map((id) => this.segments.indexOf(id)).sort();
}

interface SettingsBody {
  frequency_cap: { max: number } | null;
  holdout_percent: number;
  once_per_customer: boolean;
}
interface RulesBody extends SettingsBody {
  segment_ids: string[];
  excluded_segment_ids: string[];
  channel: Rules['channel'];
}
interface CampaignBody extends RulesBody {
  id: string;
}
interface RunBody {
  id: string;
  campaign_id: string;
  kind: string;
  status: string;
  channel: Rules['channel'];
  rules: SettingsBody;
  matched: number;
  targeted: number;
  reasons: object;
  queued: number;
  progress: object;
  error: { type: string } | null;
}

type FrozenRules = { id: string; excluded?: true }[];
/** What ALL_THERE_IS gives: null where there is nothing. */
interface Found {
  campaigns: CampaignBody[] | null;
  suppressed: string[] | null;
  runs: (RunBody & { rule: FrozenRules })[];
  audiences: Record<string, string[]> | null;
  notifications: Record<string, string[]> | null;
  attempts: Record<string, string[]> | null;
}

const ALL_THERE_IS = `
  SELECT json_build_object(
    'campaigns', (SELECT json_agg(c) FROM campaigns c),
    'suppressed', (SELECT json_agg(user_id || ' ' || channel ORDER BY user_id, channel) FROM suppressions),
    'runs', (
      SELECT coalesce(json_agg(json_build_object(
        'id', d.id::text, 'campaign_id', campaign_id, 'kind', kind, 'status', status, 'channel', channel, 'rules', settings, 'rule', rule,
        'matched', matched, 'targeted', matched - excluded - suppressed - already_notified - frequency_capped - holdout,
        'reasons', json_build_object('excluded', excluded, 'suppressed', suppressed, 'already_notified', already_notified,
          'frequency_capped', frequency_capped, 'holdout', holdout),
        'queued', queued, 'progress', l.progress, 'error', CASE WHEN failure IS NOT NULL THEN json_build_object('type', failure) END)), '[]')
      FROM dispatches d CROSS JOIN LATERAL (
        SELECT json_build_object('queued', coalesce(sum(total - sent - failed - cancelled - withheld), 0), 'sent', coalesce(sum(sent), 0),
          'failed', coalesce(sum(failed), 0), 'cancelled', coalesce(sum(cancelled + withheld), 0)) AS progress
        FROM dispatch_lanes WHERE dispatch_id = d.id) l),
    'audiences', (
      SELECT json_object_agg(dispatch_id, lines) FROM (
        SELECT a.dispatch_id, array_agg(c.user_id || ' ' || ($1::text[])[reason + 1] ORDER BY c.user_id) AS lines
        FROM dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason) GROUP BY 1) runs),
    'notifications', (
      SELECT json_object_agg(dispatch_id, lines) FROM (
        SELECT n.dispatch_id, array_agg(n.user_id || ' ' || CASE WHEN n.state = 2 THEN 'sent' WHEN n.state = 3 THEN 'failed'
          WHEN n.state = 4 OR l.cancelled > 0 THEN 'cancelled' ELSE 'queued' END ORDER BY n.user_id) AS lines
        FROM notifications n JOIN dispatch_lanes l USING (dispatch_id, lane_no) GROUP BY 1) runs),
    'attempts', (
      SELECT json_object_agg(dispatch_id, lines) FROM (
        SELECT dispatch_id, array_agg(user_id || ' ' || attempts ORDER BY user_id) AS lines FROM notifications WHERE attempts > 0 GROUP BY 1) runs)) AS found`;

/** What a segment of the tests looks at: `{ s0: true, s2: true }`. */
export const preferencesOf = (segments: readonly number[]): string =>
  JSON.stringify(Object.fromEntries(segments.map((n) => [`s${n}`, true])));

const answered = ({ status, body }: Response): Answer => ({
  status,
  problem: body.type?.split(':').at(-1),
  id: body.id,
  is: body.status,
});
