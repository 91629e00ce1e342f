import type { Requirement } from './requirement';

const claim = 'test/delivery-claim.e2e-spec.ts';
const failures = 'test/delivery-failures.e2e-spec.ts';
const faults = 'test/faults.e2e-spec.ts';
const keys = 'test/idempotency.e2e-spec.ts';
const leases = 'test/delivery-leases.e2e-spec.ts';
const settle = 'test/delivery-settle.e2e-spec.ts';

/** What is kept of a request, a dispatch and a delivery when something breaks. */
export const dispatchAndDelivery: readonly Requirement[] = [
  {
    id: 'R18',
    asks: 'A POST that is repeated with its key has one effect and one answer, whatever broke in between.',
    holds: 'yes',
    proofs: [
      [
        keys,
        'has one effect and one answer, whoever of a hundred at once comes first',
        'has had its effect once where the COMMIT was not heard of',
      ],
      [keys, 'either has its effect @Once(), or is @WithoutEffect()'],
      'npm run test:faults -- dispatch',
    ],
  },
  {
    id: 'R20',
    asks: 'Lists are walked by signed cursors without a gap or a repetition while others write; of two edits one is refused.',
    holds: 'yes',
    proofs: [
      [
        'test/segment-list.e2e-spec.ts',
        'is walked over 10,000 without a gap or a repetition while others are made, edited and put away',
      ],
      [
        'test/segments.e2e-spec.ts',
        'is walked page by page, newest first, each once, while others are created',
        'is changed by whoever read it last, and by nobody else',
      ],
      [
        'test/notifications.e2e-spec.ts',
        'is walked through lanes and dispatches page by page, each once, while workers settle',
      ],
      ['test/input.cursors.e2e-spec.ts', 'a cursor of %s that was changed or made up is refused'],
    ],
  },
  {
    id: 'R21',
    asks: 'A dispatch queues each customer once, in short transactions, whatever is killed.',
    holds: 'yes',
    proofs: [
      [faults, 'lose nobody, notify nobody twice and are dispatched when they say so'],
      'npm run test:faults -- dispatch',
    ],
  },
  {
    id: 'R22',
    asks: 'A state changes by one conditional statement; what is not allowed is refused, and of fifty at once one is done.',
    holds: 'yes',
    proofs: [
      [
        'test/dispatch-model.e2e-spec.ts',
        'whatever clients, dispatchers and workers do at any moment, %s come to what plain words say',
      ],
      ['test/dispatch-wait.e2e-spec.ts', 'fifty times at once is one run'],
      ['test/dispatch-moves.e2e-spec.ts', 'out of an end is refused, and changes nothing'],
    ],
  },
  {
    id: 'R23',
    asks: 'A dispatch is done when its figures add up, never because nothing came any more.',
    holds: 'yes',
    proofs: [
      ['test/dispatch-replicas.e2e-spec.ts', 'because %s fails, says so, and is withdrawn'],
      [faults, 'are caught where a chunk with nothing to write is taken for the end'],
    ],
  },
  {
    id: 'R24',
    asks: 'A dispatch has the rules and the message it began with; consent is looked at again when something is handed out.',
    holds: 'yes',
    proofs: [
      ['test/dispatch.e2e-spec.ts', 'keeps the message and the rule it started with'],
      ['test/delivery-suppressed.e2e-spec.ts', 'is not handed out: the notification is withheld, and reads as cancelled'],
    ],
  },
  {
    id: 'R25',
    asks: 'Nothing is sent to an audience that moved since somebody looked at it.',
    holds: 'partly',
    but: '`expected_count` guards a dispatch that sends it, as the dashboard does; it is not demanded, since existing clients do not send it. There is no cap for a run or a day, and no second person who has to agree.',
    proofs: [
      [
        'test/dispatch-dry-run.e2e-spec.ts',
        'has to be met exactly, unless a tolerance is given',
        'that is missed says who came and left since the dry run, and nothing is written',
      ],
    ],
  },
  {
    id: 'R26',
    asks: 'Pausing and cancelling take effect at once on what nobody holds, and going on sends nothing again.',
    holds: 'yes',
    proofs: [
      ['test/dispatch-control.e2e-spec.ts', 'stops between two chunks; resume goes on there, and sends nothing again'],
      ['test/dispatch-replicas.e2e-spec.ts', 'lose nobody and reach nobody twice'],
    ],
  },
  {
    id: 'R27',
    asks: 'Who claims has what nobody else has, by the clock of the database; a lease that ended changes nothing.',
    holds: 'yes',
    proofs: [
      [claim, 'at the same moment never have the same'],
      [
        settle,
        'and went to somebody else settles nothing',
        'the same again has the same answer and changes nothing, also after the lease has ended',
      ],
      'npm run test:faults -- workers',
    ],
  },
  {
    id: 'R28',
    asks: 'What a dead worker held goes to the next, also behind thousands that nobody may have.',
    holds: 'yes',
    proofs: [
      [
        leases,
        'goes to whoever claims next, without what was settled',
        'of one dispatch is reached behind ten thousand that nobody may have',
      ],
    ],
  },
  {
    id: 'R29',
    asks: 'What fails keeps none of its neighbours, and is tried again later and later, no earlier than the provider asks.',
    holds: 'yes',
    proofs: [
      [
        failures,
        'keeps none of its neighbours: of a hundred with one that fails, 99 are sent at once',
        'waits as long as the provider asks for',
      ],
    ],
  },
  {
    id: 'R30',
    asks: 'Failures and lost leases are counted apart; what kills its workers is found, and condemns nothing else.',
    holds: 'yes',
    proofs: [
      [leases, 'because of one notification that kills its workers: that one is given up, and all its neighbours are sent'],
      ['test/delivery-outcome.e2e-spec.ts', 'tries everything again that was given up, once for a key, and says who asked'],
      [faults, 'lose nothing, are settled once, and give nothing up but what kills its workers'],
    ],
  },
  {
    id: 'R31',
    asks: 'A message has one id at every attempt, for its receiver to recognise; an attempt is on record before it is made.',
    holds: 'yes',
    proofs: [
      [
        'test/sender-faults.e2e-spec.ts',
        'webhook: by the same id, and no earlier than Retry-After',
        'email: by the same Message-ID',
      ],
      ['test/delivery-outcome.e2e-spec.ts', 'has every attempt: when, who, and what came of it'],
    ],
  },
  {
    id: 'R32',
    asks: 'Workers that list what is queued and mark it work beside those with leases, on one ledger.',
    holds: 'yes',
    but: 'A lister that marks what a leased worker holds wins, and the worker is told so: both may have sent it.',
    proofs: [
      [
        'test/delivery-together.e2e-spec.ts',
        'four workers that list and mark, and four with leases: each notification is settled once',
      ],
    ],
  },
];
