import { Alert, Button, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../../api/client';
import { useFormat } from '../../../../i18n/use-format';
import classes from './describe.module.css';
import { isReplaceable, type Picked } from './suggestion';

/** What of the sentence is not in the rule, what is in it beyond that, and names that do not exist, with those that come near. */
export function UnknownsAlert(props: {
  unknowns: readonly Schema<'UnknownView'>[];
  picked: Picked;
  onPick: (picked: Picked) => void;
}) {
  const { t } = useTranslation('ai');
  const format = useFormat();
  /** A name that was made up and does not exist is told once, with those that come near. */
  const isNamed = ({ kind, pointer }: Schema<'UnknownView'>) =>
    kind === 'guess' && props.unknowns.some((other) => other.kind !== 'guess' && other.pointer === pointer);
  const pick = (pointer: string, name: string) => {
    const { [pointer]: before, ...others } = props.picked;
    props.onPick(before === name ? others : { ...others, [pointer]: name });
  };
  return (
    <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={t('rule.look')}>
      <List size="sm" spacing="xs">
        {props.unknowns
          .filter((unknown) => !isNamed(unknown))
          .map((unknown) => {
            const { kind, said, pointer, nearest } = unknown;
            return (
              <List.Item key={`${kind} ${pointer} ${said}`}>
                {t(`rule.unknown.${kind}`, { said: kind === 'guess' ? said : t('quoted', { text: said }) })}
                {nearest.length > 0 && !isReplaceable(unknown) && (
                  <> {t('rule.nearestTexts', { names: format.list(nearest) })}</>
                )}
                {nearest.length > 0 && isReplaceable(unknown) && pointer !== null && (
                  <Group gap="xs" mt={4} role="group" aria-label={`${said}: ${t('rule.nearest')}`}>
                    <Text size="sm">{t('rule.nearest')}</Text>
                    {nearest.map((name) => (
                      <Button
                        key={name}
                        size="compact-sm"
                        classNames={{ root: classes.nearest, label: classes.nearestName }}
                        variant={props.picked[pointer] === name ? 'filled' : 'default'}
                        aria-pressed={props.picked[pointer] === name}
                        onClick={() => pick(pointer, name)}
                      >
                        {name}
                      </Button>
                    ))}
                  </Group>
                )}
              </List.Item>
            );
          })}
      </List>
    </Alert>
  );
}
