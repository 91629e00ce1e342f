import { type ControlElementsProp, type FullField, QueryBuilder, type RuleGroupType } from 'react-querybuilder';
import type { GroupPart } from '../rules/rule-query';
import { type BuilderState, BuilderProvider } from './builder-state';
import { GroupCard } from './group-card';
import { PartCard } from './part-card';

const CONTROLS: ControlElementsProp<FullField, string> = { rule: PartCard, ruleGroup: GroupCard };
const FIELDS = ['filters', 'segment', 'everyone'].map((name) => ({ name, label: name }));

/** A rule as cards in groups. react-querybuilder keeps the tree; what it looks like is all ours. */
export const RuleBuilder = (props: { tree: GroupPart; onChange: (tree: GroupPart) => void; state: BuilderState }) => (
  <BuilderProvider value={props.state}>
    <QueryBuilder
      query={props.tree as RuleGroupType}
      onQueryChange={(query: RuleGroupType) => props.onChange(query as GroupPart)}
      fields={FIELDS}
      controlElements={CONTROLS}
      enableMountQueryChange={false}
      resetOnFieldChange={false}
      suppressStandardClassnames
    />
  </BuilderProvider>
);
