import type { Moment, Session } from './statement-proxy';

/** The windows of a dispatch, and of the request that asks for it, in which a process is killed. Each gets its share. */
export const windows = [
  'request',
  'before resolving',
  'resolving',
  'audience kept',
  'commit of the audience',
  'chunk written',
  'commit of a chunk',
  'between chunks',
  'finishing',
  'after the end',
] as const;
export type Window = (typeof windows)[number];

/** What a transaction turns out to be for, by a statement that no other has. */
const purposes: readonly (readonly [Session['doing'], RegExp])[] = [
  ['resolving', /^SET TRANSACTION ISOLATION LEVEL REPEATABLE READ/],
  ['chunk', /INSERT INTO notifications/],
  ['finishing', /^UPDATE dispatches SET status = 'dispatched'/],
  ['request', /^INSERT INTO (dispatches|idempotency_keys)/],
];

/** One moment of one statement; `COMMIT` is told apart by what its transaction was for. */
interface Place {
  window: Window;
  moments: readonly Moment[];
  statement: RegExp;
  doing?: Session['doing'];
}

const places: readonly Place[] = [
  { window: 'request', moments: ['before', 'within', 'after'], statement: /^INSERT INTO dispatches/ },
  { window: 'request', moments: ['before', 'within', 'after'], statement: /^INSERT INTO idempotency_keys/ },
  { window: 'request', moments: ['before', 'within', 'after'], statement: /^INSERT INTO audit_entries/ },
  { window: 'request', moments: ['before', 'within', 'after', 'told'], statement: /^COMMIT/, doing: 'request' },
  { window: 'request', moments: ['before', 'within', 'after'], statement: /^UPDATE idempotency_keys/ },

  { window: 'before resolving', moments: ['after'], statement: /^SELECT pg_try_advisory_xact_lock/, doing: 'resolving' },
  { window: 'before resolving', moments: ['before'], statement: /^CREATE TEMPORARY TABLE resolved/ },
  { window: 'resolving', moments: ['within'], statement: /^CREATE TEMPORARY TABLE resolved/ },
  { window: 'audience kept', moments: ['after'], statement: /^INSERT INTO dispatch_audience/ },
  {
    window: 'audience kept',
    moments: ['before', 'within', 'after'],
    statement: /^UPDATE dispatches d SET status = \$1, matched/,
  },
  { window: 'audience kept', moments: ['before'], statement: /^COMMIT/, doing: 'resolving' },
  { window: 'commit of the audience', moments: ['within', 'after'], statement: /^COMMIT/, doing: 'resolving' },

  { window: 'chunk written', moments: ['after'], statement: /INSERT INTO notifications/ },
  { window: 'chunk written', moments: ['before', 'within', 'after'], statement: /^UPDATE dispatches SET queued = queued/ },
  { window: 'chunk written', moments: ['before'], statement: /^COMMIT/, doing: 'chunk' },
  { window: 'commit of a chunk', moments: ['within', 'after'], statement: /^COMMIT/, doing: 'chunk' },
  { window: 'between chunks', moments: ['told'], statement: /^COMMIT/, doing: 'chunk' },

  { window: 'finishing', moments: ['before', 'within', 'after'], statement: /^UPDATE dispatches SET status = 'dispatched'/ },
  { window: 'finishing', moments: ['before', 'within', 'after'], statement: /^COMMIT/, doing: 'finishing' },
  { window: 'after the end', moments: ['told'], statement: /^COMMIT/, doing: 'finishing' },
];

/** How many moments a window has, from one end to the other. */
export const momentsOf = (window: Window): number =>
  places.filter((place) => place.window === window).reduce((all, { moments }) => all + moments.length, 0);

/** What a process asks for again and again to find work; who does not let this pass keeps the process waiting. */
export const LOOKS_FOR_WORK = /^SELECT id FROM dispatches WHERE status IN/;

/** The window that a statement is in, if any. Keeps in the session what its transaction is for. */
export function windowOf(moment: Moment, statement: string, session: Session): Window | undefined {
  if (moment === 'before') {
    if (/^START TRANSACTION/.test(statement)) session.doing = 'something';
    const found = purposes.find(([, marks]) => marks.test(statement));
    if (found && session.doing) [session.doing] = found;
  }
  const place = places.find(
    ({ moments, statement: marks, doing }) =>
      moments.includes(moment) && marks.test(statement) && (doing === undefined || doing === session.doing),
  );
  if (moment === 'told' && /^(COMMIT|ROLLBACK)/.test(statement)) session.doing = '';
  return place?.window;
}
