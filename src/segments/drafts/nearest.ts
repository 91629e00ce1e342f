import { distance } from 'fastest-levenshtein';
import { folded } from '../../common/folded';

const MOST = 3;
/** Characters; a longer name is not one that was misspelt. */
const LONGEST = 100;

/**
 * Up to three of the names that come nearest, the nearest first; of names as near as each other the earlier one. By edits (Levenshtein),
 * at most half the characters of the longer name; one that contains the other is nearer than any but the very same.
 */
export function nearestOf(name: string, names: readonly string[]): string[] {
  const wanted = folded(name);
  if (wanted === '' || wanted.length > LONGEST) return [];
  const away = (other: string): number => {
    const edits = Math.abs(other.length - wanted.length) > LONGEST ? Infinity : distance(wanted, other);
    if (wanted.length > 2 && other.length > 2 && (other.includes(wanted) || wanted.includes(other)))
      return Math.min(edits, 0.5);
    return edits <= Math.max(other.length, wanted.length) / 2 ? edits : Infinity;
  };
  return [...new Set(names)]
    .map((one) => ({ one, edits: away(folded(one)) }))
    .filter(({ edits }) => edits < Infinity)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, MOST)
    .map(({ one }) => one);
}
