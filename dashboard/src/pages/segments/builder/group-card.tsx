import { ActionIcon, Group, SegmentedControl, Switch, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Path, RuleGroupProps, RuleType } from 'react-querybuilder';
import { type GroupPart, isGroup, type RulePart } from '../rules/rule-query';
import { AddPart } from './add-part';
import { goOnIn } from './focus';
import { PartCard } from './part-card';
import { PartCount } from './part-count';
import classes from './rule-builder.module.css';
import { usePartProblem } from './use-part-problem';

/** Parts of which all, or at least one, must hold. The outermost is the rule itself. */
export function GroupCard({ ruleGroup, path, actions, schema, translations }: RuleGroupProps) {
  const { t } = useTranslation('rules');
  const group = ruleGroup as GroupPart;
  const { error, hint } = usePartProblem(group.id);
  const isRoot = path.length === 0;
  const place = path.map((index) => index + 1).join('.');
  const addId = `add-to-${group.id}`;
  const common = {
    schema,
    translations,
    // whoever removes a part goes on where parts are added
    actions: {
      ...actions,
      onRuleRemove: (removed: Path) => {
        actions.onRuleRemove(removed);
        goOnIn(addId);
      },
      onGroupRemove: (removed: Path) => {
        actions.onGroupRemove(removed);
        goOnIn(addId);
      },
    },
  };
  return (
    <div
      className={isRoot ? classes.group : `${classes.group} ${classes.nested}`}
      id={group.id}
      role="group"
      aria-label={isRoot ? t('part.rule') : t('part.group', { place })}
    >
      {(!isRoot || group.rules.length > 1 || group.not) && (
        <div className={classes.head}>
          <SegmentedControl
            size="xs"
            aria-label={t('part.combinator')}
            value={group.combinator}
            onChange={(value) => actions.onPropChange('combinator', value, path)}
            data={[
              { value: 'all', label: t('part.allOf') },
              { value: 'any', label: t('part.anyOf') },
            ]}
          />
          <Switch
            size="xs"
            label={t('part.exceptThese')}
            title={t('part.exceptHint')}
            checked={group.not}
            onChange={(event) => actions.onPropChange('not', event.currentTarget.checked, path)}
          />
          {!isRoot && (
            <div className={classes.tools}>
              <PartCount id={group.id} />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('part.removeGroup')}
                onClick={() => actions.onGroupRemove(path)}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </div>
          )}
        </div>
      )}
      {group.rules.map((part, i) => (
        <Fragment key={part.id}>
          {i > 0 && <span className={classes.between}>{t(`part.combine_${group.combinator}`)}</span>}
          {isGroup(part) ? (
            <GroupCard {...common} id={part.id} ruleGroup={part} path={[...path, i]} />
          ) : (
            <PartCard
              {...common}
              id={part.id}
              rule={part as RuleType}
              path={[...path, i]}
              shiftUpDisabled={i === 0}
              shiftDownDisabled={i === group.rules.length - 1}
            />
          )}
        </Fragment>
      ))}
      <Group gap="sm">
        <AddPart id={addId} isRoot={isRoot} depth={path.length} onAdd={add} />
        {(error ?? hint) && (
          <Text size="sm" c={error ? 'var(--mantine-color-error)' : 'dimmed'}>
            {error ?? hint}
          </Text>
        )}
      </Group>
    </div>
  );

  function add(part: RulePart): void {
    if (isGroup(part)) actions.onGroupAdd(part, path);
    else actions.onRuleAdd(part as RuleType, path);
    goOnIn(part.id);
  }
}
