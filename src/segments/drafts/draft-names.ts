import { folded } from '../../common/folded';
import { pointerToken } from '../../common/json-guard';
import type { FilterVocabulary } from '../catalogue/filter-vocabulary.service';
import type { FilterSet } from '../filters';
import type { Rule } from '../rules/rule';
import { nearestOf } from './nearest';
import { foldedLeaf, fragmentOf, isSame, type Leaf, leavesOf, spoken } from './preference-leaves';

/** What a draft names, and the filter that takes it. */
const listed = { stores_in: 'store', ticket_types_in: 'ticket_type', roles_in: 'role' } as const;
type Listed = keyof typeof listed;

/** A name in a rule that the data has not. */
export interface UnknownName {
  readonly kind: (typeof listed)[Listed] | 'preference';
  readonly said: string;
  /** Where it stands in the rule. */
  readonly pointer: string;
  /** Up to three names that the data has. */
  readonly nearest: string[];
}

/** Whether any customer matches. */
export type Matches = (filters: FilterSet) => Promise<boolean>;

/** So many names are looked up, and compared with all that are known; of more nobody has mistyped so many. */
const MOST_COMPARED = 20;

/**
 * A drafted rule with its names as the data has them, and those it has not. A name that differs in letter case, accents or spaces alone
 * is taken for the one there is; another stays as it was said. The vocabulary has not every name (what few customers have is not offered, and it is
 * some minutes old), so one that it has not is asked of the customers.
 */
export async function named(
  rule: Rule,
  vocabulary: FilterVocabulary,
  matches: Matches,
): Promise<{ filters: Rule; unknowns: UnknownName[] }> {
  const names = new Names(vocabulary, matches);
  const filters = await names.in(rule, '');
  return { filters, unknowns: names.unknowns };
}

class Names {
  readonly unknowns: UnknownName[] = [];

  constructor(
    private readonly vocabulary: FilterVocabulary,
    private readonly matches: Matches,
  ) {}

  async in(rule: Rule, pointer: string): Promise<Rule> {
    if ('all' in rule) return { all: await this.each(rule.all, `${pointer}/all`) };
    if ('any' in rule) return { any: await this.each(rule.any, `${pointer}/any`) };
    if ('not' in rule) return { not: await this.in(rule.not, `${pointer}/not`) };
    return 'segment_id' in rule ? rule : this.inSet(rule, pointer);
  }

  /** One after the other: what is unknown comes in the order of the rule. */
  private async each(parts: Rule[], pointer: string): Promise<Rule[]> {
    const read: Rule[] = [];
    for (const [i, part] of parts.entries()) read.push(await this.in(part, `${pointer}/${i}`));
    return read;
  }

  private async inSet(set: FilterSet, pointer: string): Promise<FilterSet> {
    const read = { ...set };
    for (const key of Object.keys(listed) as Listed[]) {
      const said = set[key];
      if (said) read[key] = await this.inList(key, said, `${pointer}/${key}`);
    }
    if (set.preferences_contains)
      read.preferences_contains = await this.inPreferences(set.preferences_contains, `${pointer}/preferences_contains`);
    return read;
  }

  private async inList(key: Listed, said: readonly string[], pointer: string): Promise<string[]> {
    const known = (await this.vocabulary.of(key)).map(({ value }) => String(value));
    const read = new Set<string>();
    for (const name of said) {
      const same = known.includes(name) ? [name] : known.filter((one) => folded(one) === folded(name));
      if (same.length === 0 && !read.has(name) && !(await this.isThere({ [key]: [name] })))
        this.tell({ kind: listed[key], said: name, pointer: `${pointer}/${read.size}` }, () => nearestOf(name, known));
      for (const one of same.length > 0 ? same : [name]) read.add(one);
    }
    return [...read];
  }

  private async inPreferences(wanted: Readonly<Record<string, unknown>>, pointer: string): Promise<Record<string, unknown>> {
    const fragments = await this.vocabulary.of('preferences_contains');
    const known = fragments.flatMap(({ value }) => leavesOf(value as Record<string, unknown>));
    const read: Leaf[] = [];
    for (const leaf of leavesOf(wanted)) {
      const found = known.find((one) => isSame(one, leaf)) ?? known.find((one) => foldedLeaf(one) === foldedLeaf(leaf));
      if (!found && !(await this.isThere({ preferences_contains: fragmentOf([leaf]) }))) this.tellLeaf(leaf, pointer, known);
      read.push(found ?? leaf);
    }
    return fragmentOf(read) ?? { ...wanted };
  }

  private async isThere(filters: FilterSet): Promise<boolean> {
    return this.unknowns.length < MOST_COMPARED && (await this.matches(filters));
  }

  private tellLeaf(leaf: Leaf, pointer: string, known: Leaf[]): void {
    const at = `${pointer}/${leaf.path.map(pointerToken).join('/')}`;
    this.tell({ kind: 'preference', said: spoken(leaf), pointer: at }, () => {
      const words = [...leaf.path, String(leaf.value)].map(folded);
      const sameValue = known.filter((one) => words.includes(folded(String(one.value)))).map(spoken);
      return [...new Set([...sameValue, ...nearestOf(spoken(leaf), known.map(spoken))])].slice(0, 3);
    });
  }

  private tell(unknown: Omit<UnknownName, 'nearest'>, nearest: () => string[]): void {
    this.unknowns.push({ ...unknown, nearest: this.unknowns.length < MOST_COMPARED ? nearest() : [] });
  }
}
