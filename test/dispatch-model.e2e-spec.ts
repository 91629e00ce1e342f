import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { startApp, type TestApp } from './support/app';
import { CampaignClients, preferencesOf } from './support/campaign-clients';
import { after, type Answer, type Op, shown, type State } from './support/campaign-model';
import { type Plan, plan, rules, segmentNumbers } from './support/campaign-plans';
import { crowd } from './support/dispatching';

/** How many sequences are run: MODEL_RUNS=2000 before a release. One in ten has an audience of several chunks. */
const RUNS = Number(process.env.MODEL_RUNS ?? 200);
const LARGE = 11_000;
const TOKENS = ['the-token-of-one-client', 'the-token-of-a-second', 'the-token-of-a-third'];

let app: TestApp;
let clients: CampaignClients;
beforeAll(async () => {
  app = await startApp({ ROLES: ['api'], ADMIN_TOKENS: ['an-admin-token-for-tests', ...TOKENS] });
  const segments = await Promise.all(
    [0, 1, 2, 3].map((n) => app.make.segment({ preferences_contains: { [`s${n}`]: true } })),
  );
  clients = new CampaignClients(
    app,
    TOKENS.map((token) => app.as(token)),
    segments.map(({ id }) => id),
  );
});
afterAll(() => app.close());

/** What one sequence knows; the rounds of it change `state`. */
interface Course {
  state: State;
}

/** What one to three clients, and dispatchers among them, do at the same moment. It has to come to what some order of it comes to. */
class Round implements fc.AsyncCommand<Course, CampaignClients> {
  private did = '';

  constructor(private readonly plans: readonly { plan: Plan; twice: boolean }[]) {}

  check = () => true;

  async run(course: Course, real: CampaignClients): Promise<void> {
    const ops = this.plans.flatMap(({ plan, twice }) => {
      const op = plan(course.state);
      return op ? [{ op, twice }] : [];
    });
    if (ops.length === 0) return;
    this.did = ops.map(({ op }) => JSON.stringify(op)).join(' | ');
    const answers = await allEnded(ops.map(({ op, twice }, i) => real.perform(op, i % TOKENS.length, twice)));
    const done = ops.map(({ op }, i) => ({ op, answer: answers[i] }));
    this.did = done.map(({ op, answer }) => `${JSON.stringify(op)} → ${JSON.stringify(answer)}`).join(' | ');
    const is = await real.look();
    const possible = orders(course.state, done);
    const state = possible.find((one) => isDeepStrictEqual(shown(one), is));
    if (!state) expect(is).toEqual(possible.length > 0 ? shown(possible[0]) : `what can be after ${this.did}`);
    course.state = state!;
  }

  toString = () => this.did || 'nothing yet';
}

/** As Promise.all, but where one fails the others have ended too, and do not reach into the next sequence. */
async function allEnded<T>(all: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(all);
  return Promise.all(all);
}

/** What all the orders come to in which the operations can have had these answers. */
function orders(state: State, done: { op: Op; answer: Answer }[], alone = done.length === 1): State[] {
  if (done.length === 0) return [state];
  return done.flatMap(({ op, answer }, i) => {
    const next = after(state, op, answer, alone);
    return next ? orders(next, done.toSpliced(i, 1), alone) : [];
  });
}

const round = fc
  .array(fc.record({ plan, twice: fc.constantFrom(false, false, false, true) }), { minLength: 1, maxLength: 3 })
  .map((plans) => new Round(plans));

/** Nobody and nothing is there but these customers. */
async function begin(customers: [id: string, segments: number[]][], isLarge: boolean): Promise<State> {
  await app.db.query(
    `TRUNCATE users, suppressions, notifications, dispatch_lanes, dispatch_audience, dispatches, campaigns, schedule_occurrences, campaign_schedules`,
  );
  await app.db.query(
    `INSERT INTO users (id, email, preferences) SELECT id, id || '@example.invalid', preferences FROM unnest($1::uuid[], $2::jsonb[]) u (id, preferences)`,
    [customers.map(([id]) => id), customers.map(([, segments]) => preferencesOf(segments))],
  );
  const many = isLarge ? await crowd(app.db, LARGE, { s0: true }) : [];
  const all = [...customers, ...many.map((id): [string, number[]] => [id, [0]])];
  return {
    customers: Object.fromEntries(all.map(([id, segments]) => [id, { active: true, segments }])),
    suppressed: {},
    campaigns: {},
    runs: {},
  };
}

/** Lets everything come to its end. */
async function settle(course: Course): Promise<void> {
  const make = (op: Op) => new Round([{ plan: () => op, twice: false }]).run(course, clients);
  for (const run of Object.keys(course.state.runs)) {
    if (course.state.runs[run].status === 'paused') await make({ do: 'resume', run });
    while (['resolving', 'writing'].includes(course.state.runs[run].status)) await make({ do: 'step', run });
  }
}

/** What holds of rows, whatever the model says. */
const NEVER = {
  'a customer twice in a dispatch': 'SELECT 1 FROM notifications GROUP BY dispatch_id, user_id HAVING count(*) > 1',
  'a notification of nobody targeted': `
    SELECT n.* FROM notifications n LEFT JOIN (SELECT a.dispatch_id, a.chunk_no, c.* FROM dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason)) a
      ON a.dispatch_id = n.dispatch_id AND a.user_id = n.user_id AND a.chunk_no = n.lane_no AND a.reason = 0 WHERE a.user_id IS NULL`,
  'somebody targeted by a finished dispatch without a notification': `
    SELECT a.* FROM dispatches d, dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason)
    WHERE d.id = a.dispatch_id AND d.status = 'dispatched' AND c.reason = 0
      AND NOT EXISTS (SELECT FROM notifications n WHERE n.dispatch_id = d.id AND n.user_id = c.user_id)`,
  'a lane whose counts are not its rows': `
    SELECT l.* FROM dispatch_lanes l LEFT JOIN notifications n USING (dispatch_id, lane_no) GROUP BY l.dispatch_id, l.lane_no
    HAVING count(n.*) <> l.total OR count(*) FILTER (WHERE n.state = 2) <> l.sent OR count(*) FILTER (WHERE n.state = 3) <> l.failed`,
  'figures that do not add up': `
    SELECT id FROM dispatches d WHERE resolved_at IS NOT NULL AND matched <> excluded + suppressed + already_notified + frequency_capped + holdout
      + (SELECT count(*) FROM dispatch_audience a, unnest(a.reasons) r WHERE a.dispatch_id = d.id AND r = 0)`,
};

it.each([
  ['of a few customers', false, RUNS - Math.ceil(RUNS / 10)],
  ['of several chunks', true, Math.ceil(RUNS / 10)],
])(
  'whatever clients and dispatchers do at any moment, audiences %s come to what plain words say',
  async (_, isLarge, numRuns) => {
    const customers = fc.uniqueArray(fc.tuple(fc.uuid(), segmentNumbers), {
      selector: ([id]) => id,
      minLength: 3,
      maxLength: 40,
    });
    const commands = fc.commands([round], { maxCommands: isLarge ? 20 : 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(customers, rules, commands, async (customers, rules, commands) => {
        const course: Course = { state: await begin(customers, isLarge) };
        await new Round([{ plan: () => ({ do: 'create', rules }), twice: false }]).run(course, clients);
        await fc.asyncModelRun(() => ({ model: course, real: clients }), commands);
        await settle(course);

        for (const [fault, statement] of Object.entries(NEVER))
          expect([fault, await app.db.query(statement)]).toEqual([fault, []]);
        const { notifications, runs } = shown(course.state);
        expect(await clients.dispatches()).toEqual(
          Object.fromEntries(
            Object.entries(runs).map(([id, run]) => [id, { ...run, rules: { ...run.rules, segments: [], excluded: [] } }]),
          ),
        );
        for (const status of ['queued', 'sent', 'failed', 'cancelled']) {
          const list = await app.api.get('/notifications').query({ status, limit: 1000 }).expect(200);
          const expected = Object.keys(runs).flatMap((id) =>
            notifications[id].filter((line) => line.endsWith(` ${status}`)),
          );
          expect([status, list.headers['x-total-count']]).toEqual([status, String(expected.length)]);
          if (expected.length <= 1000)
            expect(list.body.map((one: { user_id: string }) => `${one.user_id} ${status}`).sort()).toEqual(expected.sort());
        }
      }),
      { numRuns, endOnFailure: true },
    );
  },
  3_600_000,
);
