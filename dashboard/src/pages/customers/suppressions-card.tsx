import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/client';
import { Card } from '../../components/card';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { done } from '../../components/notify';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';
import { useCustomerSuppressions } from './queries';

/** Where a customer is not to be messaged, and the way to lift that. */
export function SuppressionsCard({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const suppressions = useCustomerSuppressions(id);
  const queries = useQueryClient();
  const [lifted, setLifted] = useState<Schema<'SuppressionView'>>();
  return (
    <Card title={t('suppressions.title')} description={t('suppressions.lead')}>
      {suppressions.isPending && <Skeleton height={96} />}
      {suppressions.error && !suppressions.data && (
        <ProblemAlert error={suppressions.error} onRetry={() => void suppressions.refetch()} />
      )}
      {suppressions.data?.length === 0 && (
        <Text c="dimmed" size="sm">
          {t('suppressions.none')}
        </Text>
      )}
      <Stack gap="sm">
        {suppressions.data?.map((suppression) => (
          <Row key={suppression.id} suppression={suppression} onLift={() => setLifted(suppression)} />
        ))}
      </Stack>
      <ConfirmDialog
        opened={lifted !== undefined}
        onClose={() => setLifted(undefined)}
        title={t('suppressions.liftTitle')}
        confirm={t('suppressions.lift')}
        onConfirm={async () => {
          if (!lifted) return;
          await api.DELETE('/suppressions/{suppression_id}', { params: { path: { suppression_id: lifted.id } } });
          await queries.invalidateQueries({ queryKey: ['suppressions'] });
          done(t('suppressions.lifted'));
        }}
      >
        {t('suppressions.liftText')}
      </ConfirmDialog>
    </Card>
  );
}

/** The day on which it holds last: it ends with the instant, which may be the first of the next day. */
const lastDay = (expiresAt: string): string => new Date(Date.parse(expiresAt) - 1).toISOString();

function Row({ suppression, onLift }: { suppression: Schema<'SuppressionView'>; onLift: () => void }) {
  const { t } = useTranslation('customers');
  const { t: common } = useTranslation();
  const format = useFormat();
  const { channel, reason, expires_at, created_at, source, in_force } = suppression;
  const name = channel ? common(`channel.${channel}`) : t('suppressions.everyChannel');
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
      <div>
        <Text size="sm" fw={600}>
          {name} · {t(`reason.${reason}`)}
        </Text>
        <Text size="xs" c="dimmed">
          {t('suppressions.since', { date: format.date(created_at) })}
          {' · '}
          {expires_at
            ? t(in_force ? 'suppressions.until' : 'suppressions.expired', { date: format.date(lastDay(expires_at)) })
            : t('suppressions.forGood')}
          {source && ` · ${source}`}
        </Text>
      </div>
      {reason !== 'erased' && (
        <Button
          variant="subtle"
          size="compact-sm"
          style={{ flexShrink: 0 }}
          onClick={onLift}
          aria-label={t('suppressions.liftOf', { name })}
        >
          {t('suppressions.lift')}
        </Button>
      )}
    </Group>
  );
}
