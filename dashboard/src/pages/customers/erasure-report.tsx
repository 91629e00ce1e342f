import { Alert, Anchor, List, Stack, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { pageOfMention } from './mentions';

/** What an erasure did, and the texts that somebody has to look through by hand. */
export function ErasureReport({ erasure, onClose }: { erasure: Schema<'ErasureView'>; onClose: () => void }) {
  const { t } = useTranslation('customers');
  const { t: common } = useTranslation();
  const format = useFormat();
  const counted = (count: number) => ({ count, formatted: format.number(count) });
  return (
    <Alert
      color="green"
      icon={<IconCheck aria-hidden />}
      title={t('erased.title')}
      withCloseButton
      closeButtonLabel={common('action.close')}
      onClose={onClose}
      role="status"
    >
      <Stack gap="xs">
        <List size="sm">
          <List.Item>{t('erased.withdrawn', counted(erasure.notifications_withdrawn))}</List.Item>
          <List.Item>{t('erased.emptied', counted(erasure.notifications_emptied + erasure.attempts_emptied))}</List.Item>
          <List.Item>{t('erased.never')}</List.Item>
        </List>
        {erasure.mentions.length > 0 && (
          <>
            <Text size="sm" fw={600}>
              {t('erased.mentions', counted(erasure.mentions.length))}
            </Text>
            <List size="sm">
              {erasure.mentions.map(({ table, column, id }) => {
                const page = pageOfMention(table, id);
                return (
                  <List.Item key={`${table} ${column} ${id}`}>
                    {page ? (
                      <Anchor component={Link} to={page} size="sm">
                        {table}: {column}
                      </Anchor>
                    ) : (
                      `${table}: ${column} (${id})`
                    )}
                  </List.Item>
                );
              })}
            </List>
          </>
        )}
      </Stack>
    </Alert>
  );
}
