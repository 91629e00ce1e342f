import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import classes from './dispatches.module.css';

/** The message as it was frozen, with its placeholders; as text, whatever stands in it. */
export function MessageCard({ dispatch: { title, message } }: { dispatch: Schema<'DispatchView'> }) {
  const { t } = useTranslation('dispatches');
  return (
    <Card title={t('message.title')} description={t('message.lead')}>
      <Stack gap="xs">
        {title && <Text fw={600}>{title}</Text>}
        <div className={classes.message} tabIndex={0} role="region" aria-label={t('message.text')}>
          {message}
        </div>
      </Stack>
    </Card>
  );
}
