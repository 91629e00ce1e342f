import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { FailureGroup } from '../src/notifications/outcome/outcome.dto';
import { startApp, type TestApp } from './support/app';
import { CampaignClients, preferencesOf } from './support/campaign-clients';
import { after, shown } from './support/campaign-model';
import { bothDispatched, campaignPlan, rules, segmentNumbers, wholeDispatch } from './support/campaign-plans';
import { asides } from './support/delivery-clients';
import { failures } from './support/delivery-model';
import { deliverNext, deliveryPlan, spell } from './support/delivery-plans';
import { crowd } from './support/dispatching';
import type { Answer, Aside, Op, State } from './support/model-state';
import type { Plan } from './support/plan';

/** How many sequences are run: MODEL_RUNS=2000 before a release. One in ten has an audience of several chunks. */
const RUNS = Number(process.env.MODEL_RUNS ?? 40);
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

/** What one sequence knows: the states that can be, which nobody can tell apart yet. Its rounds change it. */
interface Course {
  states: State[];
}

/** What one to three clients, and dispatchers among them, do at the same moment. It has to come to what some order of it comes to. */
class Round {
  did = '';

  constructor(private readonly plans: readonly { plan: Plan; twice: boolean }[]) {}

  async run(course: Course, real: CampaignClients): Promise<void> {
    const [one] = course.states;
    const ops = this.plans.flatMap(({ plan, twice }) => {
      const op = plan(one);
      return op ? [{ op, twice }] : [];
    });
    if (ops.length === 0) return;
    this.did = ops.map(({ op }) => JSON.stringify(op)).join(' | ');
    const answers = await allEnded(ops.map(({ op, twice }, i) => real.perform(op, i % TOKENS.length, twice)));
    const done = ops.map(({ op }, i) => ({ op, answer: answers[i] }));
    this.did = done.map(({ op, answer }) => `${JSON.stringify(op)} → ${JSON.stringify(answer)}`).join(' | ');
    const [is, aside] = await Promise.all([real.look(), ops.some(({ op }) => op.do === 'claim') ? asides(app.db) : []]);
    const taken = newOf(aside, one);
    const possible = course.states.flatMap((state) => orders(state, done, taken));
    const states = possible.filter((one) => isDeepStrictEqual(shown(one), is));
    if (states.length === 0) expect(is).toEqual(possible.length > 0 ? shown(possible[0]) : `what can be after ${this.did}`);
    course.states = states.filter((one, i) => !states.slice(0, i).some((other) => isDeepStrictEqual(one, other)));
  }
}

/** Rounds one after the other. */
class Rounds implements fc.AsyncCommand<Course, CampaignClients> {
  constructor(private readonly rounds: readonly Round[]) {}

  check = () => true;

  async run(course: Course, real: CampaignClients): Promise<void> {
    for (const round of this.rounds) await round.run(course, real);
  }

  toString = () => this.rounds.map(({ did }) => did || 'nothing yet').join('\n');
}

/** What a state does not know of. */
const newOf = (found: Aside[], { runs }: State): Aside[] =>
  found
    .map(({ as, ids }) => ({
      as,
      ids: ids.filter((id) => {
        const [run, user] = id.split(':');
        return runs[run].notifications[user].is !== as;
      }),
    }))
    .filter(({ ids }) => ids.length > 0);

/** As Promise.all, but where one fails the others have ended too, and do not reach into the next sequence. */
async function allEnded<T>(all: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(all);
  return Promise.all(all);
}

/** What all the orders come to in which the operations can have had these answers. Whichever claim took something aside. */
function orders(state: State, done: { op: Op; answer: Answer }[], aside: Aside[], alone = done.length === 1): State[] {
  if (done.length === 0) return aside.length === 0 ? [state] : [];
  return done.flatMap(({ op, answer }, i) =>
    (op.do === 'claim' ? subsets(aside) : [[]]).flatMap((taken) => {
      const next = after(state, op, { ...answer, aside: taken }, alone);
      return next ? orders(next, done.toSpliced(i, 1), aside.filter((one) => !taken.includes(one)), alone) : []; // prettier-ignore
    }),
  );
}

const subsets = <T>(all: readonly T[]): T[][] =>
  all.reduce<T[][]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]]);

const together = (plans: Plan[]) => new Round(plans.map((plan) => ({ plan, twice: false })));
const alone = (plan: Plan) => together([plan]);

/** Rounds with so many parts of what admins do, and so many of what workers do. */
function rounds(admins: number, workers: number): fc.Arbitrary<Rounds> {
  const plan = fc.oneof({ weight: admins, arbitrary: campaignPlan }, { weight: workers, arbitrary: deliveryPlan });
  const round = fc.array(fc.record({ plan, twice: fc.constantFrom(false, false, false, true) }), {
    minLength: 1,
    maxLength: 3,
  });
  return fc.oneof(
    { weight: 40, arbitrary: round.map((plans) => new Rounds([new Round(plans)])) },
    { weight: 2, arbitrary: wholeDispatch.map((plans) => new Rounds(plans.map(alone))) },
    { weight: 1, arbitrary: spell.map((plans) => new Rounds(plans.map(alone))) },
  );
}

/** Nobody and nothing is there but these customers. */
async function begin(customers: [id: string, segments: number[]][], isLarge?: true): Promise<State> {
  await app.db.query(
    `TRUNCATE users, suppressions, notifications, dispatch_lanes, dispatch_audience, dispatches, campaigns, schedule_occurrences, campaign_schedules,
       notification_leases, notification_retries, notification_attempts, settle_receipts, dispatch_redrives`,
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
    leases: {},
  };
}

/** Lets everything come to its end: what is to be written is written, and what is written is delivered. */
async function settle(course: Course): Promise<void> {
  const make = (op: Op) => alone(() => op).run(course, clients);
  const now = () => course.states[0];
  for (const run of Object.keys(now().runs)) {
    if (now().runs[run].status === 'paused') await make({ do: 'resume', run });
    while (['resolving', 'writing'].includes(now().runs[run].status)) await make({ do: 'step', run });
  }
  await make({ do: 'expire', tokens: Object.keys(now().leases) });
  // the first claim that finds nothing may have ended leases, and what was in them is due a moment later
  for (let empty = 0; empty < 2;) {
    const [op, leases] = [deliverNext(now()), Object.keys(now().leases).length];
    await make(op);
    if (op.do !== 'claim') continue;
    empty = Object.keys(now().leases).length > leases ? 0 : empty + 1;
    if (empty > 0) await make({ do: 'due' });
  }
}

interface Kind {
  /** Of all sequences. */
  share: number;
  isLarge?: true;
  /** Everybody has something to be delivered from the beginning. */
  isDispatched?: true;
  rounds: fc.Arbitrary<Rounds>;
  maxCommands: number;
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
    HAVING count(n.*) <> l.total OR count(*) FILTER (WHERE n.state = 2) <> l.sent OR count(*) FILTER (WHERE n.state = 3) <> l.failed
      OR count(*) FILTER (WHERE n.state = 4) <> l.withheld OR l.cancelled NOT IN (0, count(*) FILTER (WHERE n.state IN (0, 1)))`,
  'something queued of what is dispatched': `
    SELECT n.* FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id WHERE d.status = 'dispatched' AND n.state IN (0, 1)`,
  'a retry of what waits for none, or none of what waits': `
    SELECT r, n FROM notification_retries r FULL JOIN (SELECT * FROM notifications WHERE state = 1) n USING (dispatch_id, user_id)
    WHERE r IS NULL OR n IS NULL`,
  'a life without its one end': `
    SELECT n.dispatch_id, n.user_id FROM notifications n LEFT JOIN notification_attempts a USING (dispatch_id, user_id) WHERE n.state IN (2, 3)
    GROUP BY 1, 2 HAVING count(a.*) > 0 AND count(*) FILTER (WHERE a.outcome IN ('failed', 'sent')) <> 1 + count(*) FILTER (WHERE a.outcome = 'redriven')`,
  'figures that do not add up': `
    SELECT id FROM dispatches d WHERE resolved_at IS NOT NULL AND matched <> excluded + suppressed + already_notified + frequency_capped + holdout
      + (SELECT count(*) FROM dispatch_audience a, unnest(a.reasons) r WHERE a.dispatch_id = d.id AND r = 0)`,
};

it.each<[string, Kind]>([
  ['audiences of a few customers', { share: 0.45, rounds: rounds(7, 3), maxCommands: 40 }],
  ['deliveries to a few customers', { share: 0.45, isDispatched: true, rounds: rounds(3, 7), maxCommands: 30 }],
  ['audiences of several chunks', { share: 0.1, isLarge: true, rounds: rounds(5, 5), maxCommands: 20 }],
])(
  'whatever clients, dispatchers and workers do at any moment, %s come to what plain words say',
  async (_, { share, isLarge, isDispatched, rounds, maxCommands }) => {
    const customers = fc.uniqueArray(fc.tuple(fc.uuid(), segmentNumbers), {
      selector: ([id]) => id,
      minLength: 3,
      maxLength: 40,
    });
    const commands = fc.commands([rounds], { maxCommands, size: 'max' });
    await fc.assert(
      fc.asyncProperty(customers, rules, commands, async (customers, rules, commands) => {
        const course: Course = { states: [await begin(customers, isLarge)] };
        for (const plans of isDispatched ? bothDispatched : []) await together(plans).run(course, clients);
        await alone(() => ({ do: 'create', rules })).run(course, clients);
        await fc.asyncModelRun(() => ({ model: course, real: clients }), commands);
        for (const run of Object.keys(course.states[0].runs)) {
          const { body } = await app.api.get(`/dispatches/${run}/failures`).expect(200);
          const found = body.map(({ error, failed, retrying }: FailureGroup) => ({ error, failed, retrying }));
          expect(course.states.map((state) => failures(state, run))).toContainEqual(new Set(found));
        }
        await settle(course);

        for (const [fault, statement] of Object.entries(NEVER))
          expect([fault, await app.db.query(statement)]).toEqual([fault, []]);
        const { notifications, runs } = shown(course.states[0]);
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
      { numRuns: Math.ceil(RUNS * share), endOnFailure: true },
    );
  },
  3_600_000,
);
