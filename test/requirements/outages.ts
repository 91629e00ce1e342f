import type { Requirement } from './requirement';

const busy = 'test/busy-database.e2e-spec.ts';
const keys = 'test/idempotency.e2e-spec.ts';
const limits = 'test/limits.e2e-spec.ts';
const migrate = 'test/migrate-safely.e2e-spec.ts';
const outage = 'test/outage.e2e-spec.ts';
const session = 'test/session-settings.e2e-spec.ts';
const standby = 'test/standby.e2e-spec.ts';
const stop = 'test/stop.e2e-spec.ts';

/** What is served while something is away, too much, or replaced. */
export const outages: readonly Requirement[] = [
  {
    id: 'R34',
    asks: 'Nothing keeps the event loop from others for long, whatever somebody sends.',
    holds: 'yes',
    but: 'A lint rule refuses regular expressions of more than linear time, but for two whose texts are short; a loop that is late alarms and sheds work. How late it is under load is a figure of the release check.',
    proofs: [
      'npm run lint',
      'npm run test:soak',
      ['src/common/message-template.spec.ts', 'reads %p, %i times, in linear time'],
      ['src/ai/answer-bytes.spec.ts', 'take linear time in 200,000 parts'],
      ['test/alerts.e2e-spec.ts', 'whose event loop is kept busy'],
    ],
  },
  {
    id: 'R35',
    asks: 'What PostgreSQL says becomes what the caller can do about it: 4xx for bad input, 503 with Retry-After for its troubles. What it ends for the sake of others is tried again before.',
    holds: 'yes',
    proofs: [
      ['src/database/pg-errors.spec.ts', 'SQLSTATE %s is %s'],
      [
        'test/transaction.e2e-spec.ts',
        'is done again as a whole after a deadlock, and has one effect',
        'is done four times at most, and says after %s that it can be tried again later',
      ],
      [
        busy,
        'answers 503 where another session holds a lock, changes nothing, and goes on when it lets go',
        'is answered, and makes one segment, one entry and one kept answer',
        'answers all but one in a thousand while sessions hold rows, and cross each other and the requests',
      ],
    ],
  },
  {
    id: 'R36',
    asks: 'No fault of the database ends the process.',
    holds: 'yes',
    proofs: [
      [
        outage,
        'answers 503 with Retry-After, stays alive, and goes on when it is back',
        'answers only what is documented while the server ends every connection again and again',
      ],
      [stop, 'says why, stops in order and fails after %s'],
      [
        standby,
        'answers from the primary while the standby is gone, and from the standby when it is back',
        'goes on with the promoted standby at the same address, and has all that was acknowledged',
      ],
      'npm run test:faults -- replicas',
    ],
  },
  {
    id: 'R37',
    asks: 'No connection waits for ever, and the role may do no more than it needs.',
    holds: 'yes',
    proofs: [
      [
        session,
        'is what every connection of the pool has, however many are in use',
        'reads customers, and neither changes them nor sees other schemas',
        'has no more connections than it was given',
      ],
      [standby, 'is read with the settings that every connection has, and no more of them than of the primary'],
    ],
  },
  {
    id: 'R38',
    asks: 'The service is a good neighbour: few connections, short transactions, and no slower with a million rows behind it.',
    holds: 'partly',
    but: 'Connections are bounded, old transactions alarm, and no index knows a state. The soak test looks at the age of transactions each second; a dispatch of millions resolves its audience in one statement that may take minutes, all the same.',
    proofs: [
      [busy, 'holds no more connections than it may, however much is asked'],
      ['test/alerts.e2e-spec.ts', 'that holds a transaction open'],
      [limits, 'is not taken from the pool by questions about rules: for what takes milliseconds there is %s'],
      'npm run test:soak',
    ],
  },
  {
    id: 'R39',
    asks: 'A COMMIT of which nobody heard is looked up, never blindly repeated.',
    holds: 'yes',
    proofs: [
      [outage, 'keeps a dispatch that was committed although nobody heard of it, and repeats none of it'],
      [keys, 'has had its effect once where the COMMIT was not heard of'],
      'npm run test:faults -- dispatch',
      'npm run test:faults -- failover',
    ],
  },
  {
    id: 'R40',
    asks: 'A transaction cannot lose its work unseen, and does not wait for a second connection for ever.',
    holds: 'yes',
    proofs: [
      [
        'test/transaction.e2e-spec.ts',
        'fails, rather than lose its work unseen, when the error of a statement in it was swallowed',
        'fails in time, and keeps nothing, where transactions take every connection and each asks for one more',
      ],
    ],
  },
  {
    id: 'R41',
    asks: 'What is too much is turned away at once, while what ends work, and health, are answered.',
    holds: 'yes',
    but: 'Where PostgreSQL shares the processors, RULES_AT_ONCE has to say how many there are: with half of the pool at once what is accepted takes up to 2.7 s (2 asked) and a look at health 0.4 s (0.1 asked; bench/README.md).',
    proofs: [
      [
        limits,
        'is turned away at once where too many wait for the database; what ends work is not',
        'is turned away while the event loop is late, and taken again when it is not',
      ],
      ['src/common/turns.spec.ts', 'are given first come, first served, but those first who go on with something'],
      [limits, 'cuts off who begins a request and never ends it, and serves the others meanwhile'],
      [
        'test/segment-csv.e2e-spec.ts',
        'leaves a connection of a small pool to others while it runs, and both when its reader leaves',
      ],
    ],
  },
  {
    id: 'R42',
    asks: 'A process that stops is not ready at once, ends what it began, gives back what it holds, and is gone in bounded time.',
    holds: 'yes',
    but: 'Provided that balancers are given the time to notice (SHUTDOWN_DELAY_SECONDS). The release check restarts replicas 102 times under load.',
    proofs: [
      [
        stop,
        'is not ready any more, and answers still, until balancers have had the time to notice',
        'lets the request in flight finish, and takes no new one',
      ],
      [
        stop,
        'does not wait longer than SHUTDOWN_SECONDS for a stalled request',
        'ends at once on a second signal, and stops the embedded database all the same',
      ],
      ['test/sender-leases.e2e-spec.ts', 'finishes what is on its way, and gives back the rest'],
      'npm run test:faults -- replicas',
    ],
  },
  {
    id: 'R43',
    asks: 'Each migration is applied once, whoever comes first and whatever is killed; a schema that is not known is left alone.',
    holds: 'yes',
    but: 'They run when the service starts, unless `MIGRATE_ON_START=false`.',
    proofs: [
      [
        'test/migrate.e2e-spec.ts',
        'applies each migration once when twenty processes begin at the same moment',
        'leaves nothing behind that a killed run had begun',
      ],
      [migrate, 'is left alone where that took something away'],
    ],
  },
  {
    id: 'R44',
    asks: 'The version before goes on while the schema is changed under it, and no request waits for that.',
    holds: 'yes',
    but: 'No linter of migrations is run; there is a test for each rule.',
    proofs: [
      [
        'test/previous-version.e2e-spec.ts',
        'goes on beside this one while the schema is migrated under it, and each finishes what the other began',
      ],
      [
        migrate,
        'lets requests pass while a reader holds a table that it has to change',
        'goes down and up again to the same schema, step by step, and touches nothing of the neighbours',
      ],
    ],
  },
  {
    id: 'R48',
    asks: 'A model that is away, slow or broken costs the rest of the service nothing.',
    holds: 'partly',
    but: 'The name of a model is configured, not the digest of its files. What a hung model costs other requests is measured in `bench/`, not tested.',
    proofs: [
      [
        'src/ai/bounded.language-model.spec.ts',
        'are two at a time, streams and whole answers together, first come first served',
        'are waited for by twenty; the next is told at once',
      ],
      [
        'test/ai.e2e-spec.ts',
        'lives on without a model: what needs none works, what needs one says that it is not there',
        'stops the model when the caller leaves, and leaves other calls alone',
      ],
    ],
  },
  {
    id: 'R57',
    asks: 'What goes wrong shows in a figure, and each alarm was seen to go off.',
    holds: 'yes',
    proofs: [
      [
        'test/alerts.e2e-spec.ts',
        'whose workers lose their leases, and settle all the same',
        'whose connections are all taken',
      ],
      ['test/metrics.e2e-spec.ts', 'has a line for each alert'],
    ],
  },
];
