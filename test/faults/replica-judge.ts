import { fault, type Violation } from './invariants';
import type { Replica } from './replica-set';
import type { Exchange } from './replica-wire';

type ReplicaFault = 'kill' | 'cut' | 'termination' | 'crash';

/** While something is broken, and until all is as it was. */
interface Trouble {
  kind: ReplicaFault;
  from: number;
  until: number;
  /** Who was killed. */
  replica?: Replica;
}

/** What may be asked again a moment later: the database is away, too much waits for it, or what was lost is still being ended. */
const PASSING = ['database-unavailable', 'database-busy', 'statement-too-slow', 'rule-too-heavy', 'idempotency-key-in-use'];

/** Says of each answer whether its client should have got it. */
export interface Judge {
  hear: (exchange: Exchange) => void;
  /** @returns what to call when it is over */
  begin(kind: ReplicaFault, replica?: Replica): () => void;
  /** A replica is being replaced as it should be: whoever is answered meanwhile must notice nothing. */
  beginRestart(): () => void;
  figures: { answered: number; during_restarts: number; refused: number; resets: number };
  violations(): Violation[];
}

export function makeJudge(): Judge {
  const troubles: Trouble[] = [];
  const figures = { answered: 0, during_restarts: 0, refused: 0, resets: 0 };
  const inRestarts: string[] = [];
  const others: string[] = [];
  let restarting = false;

  return {
    figures,
    hear: (exchange) => {
      const { status, from, until = performance.now() } = exchange;
      if (status === undefined) return; // its caller left
      if (status > 0) figures.answered++;
      if (status > 0 && restarting) figures.during_restarts++;
      if (status >= 200 && status < 300) return;
      const met = troubles.filter((trouble) => trouble.from < until && trouble.until > from);
      if (status === 0) figures.resets++;
      else figures.refused++;
      if (isExcused(exchange, met)) return;
      (restarting && met.length === 0 ? inRestarts : others).push(told(exchange, met));
    },
    begin: (kind, replica) => {
      const trouble: Trouble = { kind, replica, from: performance.now(), until: Infinity };
      troubles.push(trouble);
      return () => void (trouble.until = performance.now());
    },
    beginRestart: () => {
      restarting = true;
      return () => void (restarting = false);
    },
    violations: () => [
      ...fault('a client noticed that replicas were restarted', inRestarts),
      ...fault('a client was answered what nobody should be', others),
    ],
  };
}

/** Only who was in a process that was killed may lose the connection; others are told what they can do, and when. */
function isExcused({ status, problem, contentType, retryAfter, replica }: Exchange, met: Trouble[]): boolean {
  if (status === 0) return met.some((trouble) => trouble.kind === 'kill' && trouble.replica === replica);
  return (
    met.length > 0 &&
    (status === 503 || status === 409) &&
    PASSING.includes(problem) &&
    contentType.startsWith('application/problem+json') &&
    retryAfter !== undefined
  );
}

const told = ({ what, status, problem, error, replica, from, until }: Exchange, met: Trouble[]) => {
  const came = status === 0 ? error : `${status} ${problem}`;
  return `${what} of ${replica?.name ?? 'nobody'}: ${came} after ${Math.round(until! - from)} ms, during ${JSON.stringify(met.map(({ kind }) => kind))}`;
};
