import { Anchor, SegmentedControl } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import type { Column } from '../../components/data-table';
import { KeysetTable } from '../../components/keyset-table';
import { StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import type { Dispatch } from './campaign-calls';

const PAGE = 10;
const KINDS = ['campaign', 'test', 'dry_run'] as const;

/** The dispatches of a campaign, newest first; its tests and dry runs apart from them. */
export function DispatchesTable({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const format = useFormat();
  const [kind, setKind] = useState<Dispatch['kind']>('campaign');
  const list = useKeyset<Dispatch>(['campaigns', campaignId, 'dispatches', kind], (cursor, signal) =>
    answer(
      api.GET('/campaigns/{campaign_id}/dispatches', {
        params: { path: { campaign_id: campaignId }, query: { limit: PAGE, kind, cursor } },
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
    <Card
      title={t('dispatches.title')}
      actions={
        <SegmentedControl
          aria-label={t('dispatches.kind')}
          size="xs"
          data={KINDS.map((value) => ({ value, label: t(`dispatches.kindIs.${value}`) }))}
          value={kind}
          onChange={(value) => setKind(KINDS.find((known) => known === value) ?? kind)}
        />
      }
    >
      <KeysetTable
        label={t('dispatches.title')}
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<EmptyState icon={IconSend} title={t(`dispatches.empty.${kind}`)} text={t(`dispatches.emptyText.${kind}`)} />}
      />
    </Card>
  );
}
