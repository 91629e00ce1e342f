import { type FilterSet, type Rule, tell } from './rule';

/** A part of the tree that is edited. `not` turns it into its complement among the active customers. */
interface Part {
  id: string;
  not: boolean;
}

/** A filter set; the value of a filter that is not filled in yet is null, which no saved rule has. */
export interface SetPart extends Part {
  field: 'filters';
  operator: '=';
  value: FilterSet;
}

/** A reference to another segment; empty while none is chosen. */
export interface SegmentPart extends Part {
  field: 'segment';
  operator: '=';
  value: string;
}

/** Every active customer: the empty filter set, which somebody asked for. */
export interface EveryonePart extends Part {
  field: 'everyone';
  operator: '=';
  value: null;
}

/** All or any of its parts. */
export interface GroupPart extends Part {
  combinator: 'all' | 'any';
  /** While it has a single part it is written as that part, without a list around it. */
  bare: boolean;
  rules: RulePart[];
}

/** A rule as react-querybuilder has it: groups, and rules whose value is a whole filter set. */
export type RulePart = GroupPart | LeafPart;
export type LeafPart = SetPart | SegmentPart | EveryonePart;

/** Where a part stands in the rule it is written to (JSON pointers): itself, its `not` included, and what it is the complement of. */
export interface Place {
  id: string;
  pointer: string;
  inside: string;
}

export const isGroup = (part: RulePart): part is GroupPart => 'rules' in part;

let made = 0;
const newId = (): string => `part-${++made}`;

export const newSet = (value: FilterSet = {}): SetPart => ({
  id: newId(),
  field: 'filters',
  operator: '=',
  value,
  not: false,
});
export const newReference = (segmentId = ''): SegmentPart => ({
  id: newId(),
  field: 'segment',
  operator: '=',
  value: segmentId,
  not: false,
});
export const newEveryone = (): EveryonePart => ({ id: newId(), field: 'everyone', operator: '=', value: null, not: false });
export const newGroup = (rules: RulePart[], combinator: 'all' | 'any' = 'all', not = false): GroupPart => ({
  id: newId(),
  combinator,
  bare: true,
  not,
  rules,
});

/** A rule as a tree to edit. Written back (writeRule) it is the same rule. */
export function readRule(rule: Rule): GroupPart {
  const part = partOf(rule);
  return isGroup(part) ? part : newGroup([part]);
}

function partOf(rule: Rule): RulePart {
  const told = tell(rule);
  switch (told.shape) {
    case 'all':
    case 'any':
      return { ...newGroup(told.parts.map(partOf), told.shape), bare: false };
    case 'segment':
      return newReference(told.segmentId);
    case 'filters':
      return Object.keys(told.set).length === 0 ? newEveryone() : newSet(told.set);
    case 'not': {
      const part = partOf(told.part);
      return part.not ? newGroup([part], 'all', true) : { ...part, not: true };
    }
  }
}

/** The rule a tree says, and where each of its parts stands in it, parents first. */
export function writeRule(tree: GroupPart): { rule: Rule; places: Place[] } {
  const places: Place[] = [];
  const write = (part: RulePart, pointer: string): Rule => {
    const inside = part.not ? `${pointer}/not` : pointer;
    places.push({ id: part.id, pointer, inside });
    const rule = within(part, inside);
    return part.not ? { not: rule } : rule;
  };
  const within = (part: RulePart, pointer: string): Rule => {
    if (isGroup(part)) {
      if (isFrame(part)) return write(part.rules[0], pointer);
      return { [part.combinator]: part.rules.map((one, i) => write(one, `${pointer}/${part.combinator}/${i}`)) };
    }
    if (part.field === 'segment') return { segment_id: part.value };
    return part.field === 'filters' ? part.value : {};
  };
  return { rule: write(tree, ''), places };
}

/** A group that is written as its only part. */
const isFrame = (group: GroupPart): boolean => group.bare && group.rules.length === 1;

/** How many parts a tree has that say something of customers. */
export const leavesOf = (part: RulePart): LeafPart[] => (isGroup(part) ? part.rules.flatMap(leavesOf) : [part]);
