import { ActionIcon, Menu, NativeSelect, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { RuleProps } from 'react-querybuilder';
import type { FilterSet } from '../rules/rule';
import type { LeafPart } from '../rules/rule-query';
import { FilterSetCard } from './filter-set-card';
import { PartCount } from './part-count';
import classes from './rule-builder.module.css';
import { SegmentPicker } from './segment-picker';
import { usePartProblem } from './use-part-problem';

const PHRASES = {
  filters: ['customersWho', 'customersWhoNot'],
  segment: ['inSegment', 'notInSegment'],
  everyone: ['everyone', 'nobody'],
} as const;

/** One part of a rule: conditions that hold together, another segment, or everybody; or all customers but those. */
export function PartCard({ rule, path, actions, shiftUpDisabled, shiftDownDisabled }: RuleProps) {
  const { t } = useTranslation('rules');
  const part = rule as LeafPart;
  const { error } = usePartProblem(part.id);
  const [plain, complement] = PHRASES[part.field];
  const place = path.map((index) => index + 1).join('.');
  const setValue = (value: FilterSet | string) => actions.onPropChange('value', value, path);
  return (
    <section
      id={part.id}
      className={classes.part}
      data-invalid={error !== undefined || undefined}
      aria-label={t('part.number', { place })}
    >
      <div className={classes.head}>
        <NativeSelect
          size="xs"
          className={classes.phrase}
          aria-label={t('part.number', { place })}
          value={part.not ? 'not' : 'are'}
          onChange={(event) => actions.onPropChange('not', event.currentTarget.value === 'not', path)}
          data={[
            { value: 'are', label: t(`part.${plain}`) },
            { value: 'not', label: t(`part.${complement}`) },
          ]}
        />
        <div className={classes.tools}>
          <PartCount id={part.id} />
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t('part.actions')}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconArrowUp size={16} aria-hidden />}
                disabled={shiftUpDisabled}
                onClick={() => actions.moveRule(path, 'up')}
              >
                {t('part.moveUp')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconArrowDown size={16} aria-hidden />}
                disabled={shiftDownDisabled}
                onClick={() => actions.moveRule(path, 'down')}
              >
                {t('part.moveDown')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconCopy size={16} aria-hidden />}
                onClick={() => actions.moveRule(path, [...path.slice(0, -1), path[path.length - 1] + 1], true)}
              >
                {t('part.duplicate')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <ActionIcon variant="subtle" color="gray" aria-label={t('part.remove')} onClick={() => actions.onRuleRemove(path)}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      </div>
      {part.field === 'filters' && <FilterSetCard id={part.id} set={part.value} onChange={setValue} />}
      {part.field === 'segment' && <SegmentPicker id={part.id} value={part.value} onChange={setValue} />}
      {part.field === 'everyone' && (
        <Text size="sm" c="dimmed" mt="xs">
          {t(part.not ? 'part.nobodyHint' : 'part.everyoneHint')}
        </Text>
      )}
    </section>
  );
}
