import type { Rule } from '../../src/segments/rules/rule';

export const languages = ['en', 'es', 'ca'] as const;

/**
 * `plain`: filters of one set. `tree`: all, any and not. `names`: names that exist, written otherwise. `ambiguous`: more than one rule is
 * right. `partly`: a part of it no filter says. `unknown-name`: it names what does not exist. `impossible`: no filter says any of it.
 * `injection`: it tells the model what to do.
 */
export const kinds = ['plain', 'tree', 'names', 'ambiguous', 'partly', 'unknown-name', 'impossible', 'injection'] as const;

/** A sentence, and what is to come of it. */
export interface Case {
  /** `es-plain-1`: its language, its kind, and which. */
  readonly id: string;
  readonly language: (typeof languages)[number];
  readonly kind: (typeof kinds)[number];
  readonly sentence: string;
  /** The rules that are right; none where there is to be none. */
  readonly accepts: readonly Rule[];
}

/** Kinds of which nothing may be saved without a person: something is to be told beside the rule, or there is none. */
export const mayNotBeSaved = ({ kind }: Case): boolean =>
  ['partly', 'unknown-name', 'impossible', 'injection'].includes(kind);

type Written = readonly [kind: Case['kind'], sentence: string, ...accepts: Rule[]];

/** Cases of a language, numbered by kind. */
export function casesIn(language: Case['language'], written: readonly Written[]): Case[] {
  const counts = new Map<string, number>();
  return written.map(([kind, sentence, ...accepts]) => {
    const n = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, n);
    return { id: `${language}-${kind}-${n}`, language, kind, sentence, accepts };
  });
}
