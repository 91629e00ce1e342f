import type { Moment, Session } from './statement-proxy';

/** The windows of a lease, from one claim to the next, in which its worker is killed. Each gets its share. */
export const workerWindows = [
  'before the claim',
  'in the claim',
  'claimed',
  'on the wire',
  'after the wire',
  'in the settle',
  'in the commit',
  'settled',
] as const;
export type WorkerWindow = (typeof workerWindows)[number];

/** Moments that a window has in one lease, roughly: one that is passed often is not to have all the kills. */
export const passages: Readonly<Record<WorkerWindow, number>> = {
  'before the claim': 1,
  'in the claim': 3,
  claimed: 1,
  'on the wire': 8,
  'after the wire': 1,
  'in the settle': 2,
  'in the commit': 2,
  settled: 1,
};

/** What is done for whom, by the statement and by what in its values tells who: a worker's name, a lease's token, a notification's id. */
const acts: readonly (readonly ['claim' | 'settle', RegExp, RegExp])[] = [
  ['claim', /\b(lease_any_as_json|crm\.claim)\(/, /worker-\d+/],
  ['settle', /\bFROM (crm\.)?settle\(/, /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/],
  ['settle', /\bFROM settle_rows\(NULL/, /\d+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/],
];

/** Where a statement stands, and for whom it is there; nothing where it is no worker's. Keeps in the session what its transaction is for. */
export function actOf(
  moment: Moment,
  statement: string,
  session: Session,
): { window: WorkerWindow; owner: string } | undefined {
  if (/^(START TRANSACTION|BEGIN)/.test(statement)) session.doing = 'something';
  const isEnd = /^(COMMIT|ROLLBACK)/.test(statement);
  const isAlone = session.doing === ''; // then it is committed with itself
  const [act] = acts.filter(([, marks]) => marks.test(statement));
  const owner = act?.[2].exec(session.said.toString('latin1'))?.[0];
  if (owner && !isAlone) session.doing = `${act[0]} ${owner}`;
  const [what, of] = owner ? [act[0], owner] : isEnd ? session.doing.split(' ') : [];
  if (isEnd && moment === 'told') session.doing = '';
  if (!of || moment === 'told') return undefined;
  if (what === 'claim') return { window: 'in the claim', owner: of };
  const isCommitted = isEnd || (isAlone && moment !== 'before');
  return { window: isCommitted ? 'in the commit' : 'in the settle', owner: of };
}
