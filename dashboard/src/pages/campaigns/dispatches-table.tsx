import { Anchor, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { type Column, KeysetTable } from '../../components/keyset-table';
import { StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import type { Dispatch } from './campaign-calls';

const PAGE = 10;

/** The dispatches of a campaign, tests and dry runs among them, newest first. */
export function DispatchesTable({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const format = useFormat();
  const list = useKeyset<Dispatch>(['campaigns', campaignId, 'dispatches'], (cursor, signal) =>
    answer(
      api.GET('/campaigns/{campaign_id}/dispatches', {
        params: { path: { campaign_id: campaignId }, query: { limit: PAGE, cursor } },
        signal,
      }),
    ),
  );
  const columns: Column<Dispatch>[] = [
    {
      key: 'when',
      label: t('dispatches.when'),
      render: ({ id, created_at }) => (
        <Anchor component={Link} to={`/dispatches/${id}`} size="sm" fw={600}>
          <Ago at={created_at} />
        </Anchor>
      ),
    },
    {
      key: 'kind',
      label: t('dispatches.kind'),
      render: ({ kind }) => <Text size="sm">{t(`dispatches.kindIs.${kind}`)}</Text>,
    },
    { key: 'status', label: t('dispatches.status'), render: ({ status }) => <StatusBadge status={status} /> },
    { key: 'targeted', label: t('dispatches.targeted'), isNumber: true, render: ({ targeted }) => format.number(targeted) },
    {
      key: 'leftOut',
      label: t('dispatches.leftOut'),
      isNumber: true,
      render: ({ matched, targeted }) => format.number(matched - targeted),
    },
    { key: 'sent', label: t('dispatches.sent'), isNumber: true, render: ({ progress }) => format.number(progress.sent) },
    {
      key: 'failed',
      label: t('dispatches.failed'),
      isNumber: true,
      render: ({ progress }) => format.number(progress.failed),
    },
  ];
  return (
    <Card title={t('dispatches.title')}>
      <KeysetTable
        label={t('dispatches.title')}
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<EmptyState icon={IconSend} title={t('dispatches.empty')} text={t('dispatches.emptyText')} />}
      />
    </Card>
  );
}
