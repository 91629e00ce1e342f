/** What a figure must be for a release. */
export type Goal = readonly [figure: string, is: '>=' | '<=' | '=' | '<', value: number];

/** One part of the proof, run by itself: it can be repeated, and the others keep what they measured. */
export interface Stage {
  name: string;
  /** What it shows. */
  shows: string;
  command: readonly [program: string, ...args: string[]];
  env?: Readonly<Record<string, string>>;
  /** Of the figures that its output has; beside that it exits with 0. */
  goals: readonly Goal[];
}

const npm = (...args: string[]) => ['npm', 'run', '-s', ...args] as const;
const faults = (...args: string[]) => npm('test:faults', '--', ...args);
const specs = (...args: string[]) => ['npx', 'jest', ...args] as const;

/** In the order they are run: what ends soon, and would make the rest vain, first. Sizes and goals are those of the reliability plan for a release. */
export const stages: readonly Stage[] = [
  {
    name: 'checks',
    shows: 'lock files, licences, types, style, who imports whom, unused code, and the committed API document',
    command: [
      'bash',
      '-ec',
      `for lock in package-lock.json bench/package-lock.json bench/peers/newest/package-lock.json; do node scripts/lockcheck.mjs $lock; done
       for script in licences typecheck lint arrows unused; do npm run -s $script; done
       npm run -s openapi | diff -u openapi.json -`,
    ],
    goals: [],
  },
  {
    name: 'tests',
    shows: 'unit and e2e tests, on the embedded PostgreSQL',
    command: ['npm', 'test'],
    goals: [['failed', '=', 0]],
  },
  {
    name: 'postgres-15',
    shows: 'what asks something of PostgreSQL, on the oldest one supported',
    command: ['.ci/postgres-15'],
    goals: [['failed', '=', 0]],
  },
  {
    name: 'browser',
    shows: 'the dashboard in a Chromium, in six sizes and colour schemes',
    command: npm('test:browser'),
    goals: [['failed', '=', 0]],
  },
  {
    name: 'dispatch-kills',
    shows: 'processes killed in every window of a dispatch, connections ended, answers to COMMIT lost, the server crashed',
    command: faults('dispatch', '--kills', '1000'),
    goals: [
      ['kills', '>=', 1000],
      ['cut_commits', '>=', 240],
      ['lost', '=', 0],
      ['duplicates', '=', 0],
      ['false_dispatched', '=', 0],
      ['found', '=', 0],
    ],
  },
  {
    name: 'commit-cuts',
    shows: 'the same from another seed: with the stage before, three hundred answers to COMMIT are lost',
    command: faults('dispatch', '--kills', '400', '--seed', '7'),
    goals: [
      ['cut_commits', '>=', 60],
      ['lost', '=', 0],
      ['duplicates', '=', 0],
      ['false_dispatched', '=', 0],
      ['found', '=', 0],
    ],
  },
  {
    name: 'dispatch-mutants',
    shows: 'each safeguard of a dispatch, taken out, is missed',
    command: faults('dispatch', '--kills', '20', '--mutant', 'all'),
    goals: [['not_caught', '=', 0]],
  },
  {
    name: 'worker-kills',
    shows: 'workers killed in every window of a lease, and stopped until others have what they held',
    command: faults('workers', '--kills', '1000', '--pauses', '300'),
    goals: [
      ['kills', '>=', 1000],
      ['pauses', '>=', 300],
      ['lost', '=', 0],
      ['double_settles', '=', 0],
      ['innocents_dead', '=', 0],
      ['found', '=', 0],
    ],
  },
  {
    name: 'worker-mutants',
    shows: 'each safeguard of a lease, taken out, is missed',
    command: faults('workers', '--mutant', 'all'),
    goals: [['not_caught', '=', 0]],
  },
  {
    name: 'replicas',
    shows:
      'three processes behind one port, under load: restarted one after the other, killed, cut off from the database, their connections ended',
    command: faults('replicas', '--restarts', '102', '--kills', '20', '--cuts', '100', '--terminations', '1000'),
    goals: [
      ['restarts', '>=', 100],
      ['terminations', '>=', 1000],
      ['cuts', '>=', 100],
      ['lost', '=', 0],
      ['duplicates', '=', 0],
      ['found', '=', 0],
    ],
  },
  {
    name: 'replica-mutants',
    shows: 'what keeps clients from noticing a restart, taken out, is missed',
    command: faults('replicas', '--mutant', 'all'),
    goals: [['not_caught', '=', 0]],
  },
  {
    name: 'failover',
    shows: 'a synchronous standby promoted under load, again and again',
    command: faults('failover', '--promotions', '10'),
    goals: [
      ['promotions', '>=', 10],
      ['lost', '=', 0],
      ['duplicates', '=', 0],
      ['found', '=', 0],
    ],
  },
  {
    name: 'failover-mutants',
    shows: 'a standby that is not synchronous loses what was acknowledged, and that is noticed',
    command: faults('failover', '--promotions', '1', '--mutant', 'all'),
    goals: [['not_caught', '=', 0]],
  },
  ...[1, 2, 3, 4].map((seed) => ({
    name: `fuzz-${seed}`,
    shows: 'a quarter of 200,000 requests made of the API document, right and wrong, each quarter in a database of its own',
    command: npm('test:fuzz', '--', '--requests', '50000', '--seed', `${seed}`),
    goals: [
      ['requests', '>=', 50_000],
      ['done', '>=', 0.3],
      ['found', '=', 0],
    ] as const satisfies Goal[],
  })),
  {
    name: 'sqlmap',
    shows: 'sqlmap finds nothing to inject, and finds a handler that can be injected',
    command: npm('test:sqlmap'),
    goals: [
      ['control_found', '=', 1],
      ['injectable', '=', 0],
    ],
  },
  {
    name: 'overload',
    shows: 'ten times what the service can do, for a minute',
    command: npm('bench', '--', 'overload', '60'),
    goals: [
      ['health_p99_ms', '<', 100],
      ['accepted_p99_ms', '<', 2000],
      ['refused_otherwise', '=', 0],
      ['health_refused', '=', 0],
      ['rss_mb_at_most', '<', 512],
      ['event_loop_p99_ms_at_most', '<', 200],
      ['recovery_seconds', '<=', 5],
    ],
  },
  {
    name: 'sequences',
    shows: 'whatever clients, dispatchers and workers do in any order, held against a model of it',
    command: specs('dispatch-model'),
    env: { MODEL_RUNS: '2000' },
    goals: [['failed', '=', 0]],
  },
  {
    name: 'audit',
    shows: 'connections broken in every window of a change: it was made and written down in the audit log, or neither',
    command: specs('audit.faults'),
    env: { AUDIT_KILLS: '500' },
    goals: [['failed', '=', 0]],
  },
  {
    name: 'rules',
    shows:
      'random rules over random customers, held against an evaluator that knows no SQL; PostgreSQL and the column index',
    command: specs('conformance'),
    env: { CONFORMANCE_RUNS: '10000' },
    goals: [['failed', '=', 0]],
  },
  {
    name: 'soak',
    shows: 'half an hour of mixed load while workers are killed and stopped and connections ended',
    command: npm('test:soak', '--', '--minutes', '30'),
    goals: [
      ['minutes', '>=', 30],
      ['rss_slope_mb_per_minute', '<', 1],
      ['handle_growth', '<=', 0],
      ['queue_age_seconds_at_most', '<=', 60],
      ['event_loop_p99_ms_at_most', '<', 200],
      ['transaction_seconds_at_most', '<', 10],
      ['lost', '=', 0],
      ['duplicates', '=', 0],
      ['found', '=', 0],
    ],
  },
];
