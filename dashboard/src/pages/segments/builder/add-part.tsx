import { Button, Menu, Text } from '@mantine/core';
import { IconBoxMultiple, IconFilter, IconPlus, IconUsers, IconUsersGroup } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { newEveryone, newGroup, newReference, newSet, type RulePart } from '../rules/rule-query';

/** A rule has at most five levels, of which its filter sets are one: a group deeper than this could hold nothing. */
const DEEPEST_GROUP = 3;

/** Adds a part to a group: the kinds of it, each with what it is for. */
export function AddPart(props: { id: string; isRoot: boolean; depth: number; onAdd: (part: RulePart) => void }) {
  const { isRoot, depth, onAdd } = props;
  const { t } = useTranslation('rules');
  const kinds = [
    { name: 'Conditions', icon: IconFilter, make: () => newSet() },
    { name: 'Segment', icon: IconUsersGroup, make: () => newReference() },
    ...(depth < DEEPEST_GROUP
      ? [{ name: 'Group', icon: IconBoxMultiple, make: () => newGroup([newSet()], 'any') } as const]
      : []),
    { name: 'Everyone', icon: IconUsers, make: () => newEveryone() },
  ] as const;
  return (
    <div id={props.id}>
      <Menu position="bottom-start" width={300} withinPortal>
        <Menu.Target>
          <Button variant={isRoot ? 'light' : 'subtle'} size="xs" leftSection={<IconPlus size={16} aria-hidden />}>
            {t(isRoot ? 'part.addTo' : 'part.addToGroup')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map(({ name, icon: Icon, make }) => (
            <Menu.Item key={name} leftSection={<Icon size={18} aria-hidden />} onClick={() => onAdd(make())}>
              {t(`part.add${name}`)}
              <Text size="xs" c="dimmed">
                {t(`part.add${name}Hint`)}
              </Text>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
