import { Alert, Text } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ApiProblem } from '../../../api/problem';
import { useFormat } from '../../../i18n/use-format';
import classes from './send.module.css';

/** Nothing was sent, because others would get it than were confirmed: how many, and who came and left. */
export function AudienceMoved({ problem }: { problem: ApiProblem }) {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const { expected, targeted, came, left } = problem.body;
  const figure = (value: number | undefined) => (value === undefined ? '–' : format.number(value));
  const figures = [
    { name: t('moved.expected'), value: figure(expected) },
    { name: t('moved.now'), value: figure(targeted) },
    ...(came === undefined ? [] : [{ name: t('moved.came'), value: `+${figure(came)}` }]),
    ...(left === undefined ? [] : [{ name: t('moved.left'), value: `−${figure(left)}` }]),
  ];
  return (
    <Alert color="orange" icon={<IconUsersGroup aria-hidden />} title={t('moved.title')} role="alert">
      <Text size="sm">{t('moved.text')}</Text>
      <dl className={classes.moved}>
        {figures.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Alert>
  );
}
