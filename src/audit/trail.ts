import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { EntityManager } from 'typeorm';
import { nameOf } from '../auth/principal';
import { canonical } from '../common/canonical';
import { rows } from '../common/sql';
import { insertEntry, type NewEntry } from './audit.sql';
import { type Action, targetOf } from './audited';

/** How a thing looked before and after: as the API shows it, without secrets. Left out where there was, or is, nothing. */
interface Change {
  before?: object;
  after?: object;
  /** What else is worth knowing. No customer's data and no secret: entries stay for ever. */
  detail?: object;
}

/** Says what an effect changed, to be called once before it ends. `targetId` is null where there are many, as in an import. */
export type Changed = (targetId: string | null, change?: Change) => void;

/** The trace that one request leaves. */
export interface Trail {
  readonly changed: Changed;
  /** Writes the entry. The last thing to be done in a transaction: until its end no other admin's change can end. */
  readonly append: (transaction: EntityManager) => Promise<void>;
}

/** Of a request that is no admin's change. */
export const NO_TRAIL: Trail = { changed: () => undefined, append: () => Promise.resolve() };

/** @throws Error from `append` where the effect has not said what it changed: a mistake of the route */
export function trailOf(request: Request, action: Action): Trail {
  let entry: NewEntry | undefined;
  return {
    changed: (target_id, { before, after, detail } = {}) => {
      const target = { action, target_type: targetOf(action), target_id, outcome: 'done' as const, detail };
      entry = { ...circumstances(request), ...target, before_hash: hashOf(before), after_hash: hashOf(after) };
    },
    append: async (transaction) => {
      if (!entry) throw new Error(`${action} is audited, and its effect did not say what it changed`);
      await rows(transaction, insertEntry(entry));
    },
  };
}

/** SHA-256 of a view. Whoever reads the same view again can say whether it is still the one an entry speaks of. */
const hashOf = (view: object | undefined): Buffer | undefined =>
  view && createHash('sha256').update(canonical(view)).digest();

function circumstances(request: Request): Pick<NewEntry, 'actor' | 'via' | 'request_id' | 'ip'> {
  const { principal } = request;
  if (!principal) throw new Error('An audited route is public, where nobody has been identified');
  return { actor: nameOf(principal), via: principal.via, request_id: request.id, ip: addressOf(request) };
}

/** Of the caller's socket; the one that a proxy names only where the proxy is one of TRUSTED_PROXIES. IPv4 as such, also on a socket that takes both. */
export const addressOf = ({ ip }: Request): string | undefined => ip?.replace(/^::ffff:(?=[\d.]+$)/i, '');

/** The names of what an edit changes, for its detail. */
export const fieldsOf = (changes: object): string[] =>
  Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : [name]));
