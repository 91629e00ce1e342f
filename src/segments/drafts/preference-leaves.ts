import { canonical } from '../../common/canonical';
import { folded } from '../../common/folded';

/** A text, a number or a truth somewhere in preferences, or anything else that is not a filled object or list. */
export interface Leaf {
  /** The keys that lead to it. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** It stands in a list. */
  readonly listed: boolean;
}

type Fragment = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fragment => typeof value === 'object' && value !== null && !Array.isArray(value);
const isFilled = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length > 0;

export const leavesOf = (fragment: Fragment, path: readonly string[] = []): Leaf[] =>
  Object.entries(fragment).flatMap(([key, value]): Leaf[] => {
    const here = [...path, key];
    if (isObject(value) && isFilled(value)) return leavesOf(value, here);
    if (Array.isArray(value) && value.length > 0)
      return value.map((item: unknown) => ({ path: here, value: item, listed: true }));
    return [{ path: here, value, listed: false }];
  });

/** `diet: vegan`, `home.city: Reus`: how people read it. */
export const spoken = ({ path, value }: Leaf): string =>
  `${path.join('.')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;

export const isSame = (a: Leaf, b: Leaf): boolean => canonical(a) === canonical(b);

/** What two leaves have in common whom people take for the same: `Diet: "Vegan"` and `diet: ["vegan"]`. */
export const foldedLeaf = ({ path, value }: Leaf): string =>
  JSON.stringify([path.map(folded), isFilled(value) ? canonical(value) : folded(String(value))]);

/** The fragment that asks for all of them; undefined where two of them cannot stand together. */
export function fragmentOf(leaves: readonly Leaf[]): Record<string, unknown> | undefined {
  const fragment: Record<string, unknown> = {};
  for (const { path, value, listed } of leaves) {
    let at = fragment;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      if (!isObject(at[key])) return undefined;
      at = at[key];
    }
    const key = path[path.length - 1];
    if (listed && (at[key] === undefined || Array.isArray(at[key]))) at[key] = [...((at[key] as unknown[]) ?? []), value];
    else if (at[key] === undefined) at[key] = value;
    else return undefined;
  }
  return fragment;
}
