import { Anchor, Group, Stack, Text } from '@mantine/core';
import { IconChartHistogram } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, type Schema } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { Card } from '../../components/card';
import { DispatchBadge, DispatchKindBadge } from '../../components/dispatch-badge';
import { DispatchBar } from '../../components/dispatch-bar';
import { isOver } from '../../components/dispatch-progress';
import { EmptyState } from '../../components/empty-state';
import { FilterBar, FilterSelect } from '../../components/filter-bar';
import type { Column } from '../../components/data-table';
import { KeysetTable } from '../../components/keyset-table';
import { PageHeader } from '../../components/page-header';
import { Ago } from '../../components/time';
import { oneOf } from '../../components/url-filters';
import { useUrlFilters } from '../../components/use-url-filters';
import { useFormat } from '../../i18n/use-format';
import classes from './dispatches.module.css';

type Dispatch = Schema<'DispatchView'>;

const STATUSES = ['resolving', 'writing', 'dispatched', 'paused', 'cancelled', 'failed', 'previewed'] as const;
const KINDS = ['campaign', 'test', 'dry_run'] as const;
const PAGE = 50;
const WHILE_MOVING_MS = 4_000;

/** What was sent, and what is being sent, of every campaign. */
export function Page() {
  const { t } = useTranslation(['dispatches', 'common']);
  const filters = useUrlFilters(['status', 'kind']);
  const status = oneOf(STATUSES, filters.values.status);
  const kind = oneOf(KINDS, filters.values.kind);
  const list = useKeyset(
    ['dispatches', 'list', { status, kind }],
    (cursor, signal) => answer(api.GET('/dispatches', { params: { query: { status, kind, cursor, limit: PAGE } }, signal })),
    { refetchInterval: (rows) => (rows.some((row) => !isOver(row) && row.status !== 'paused') ? WHILE_MOVING_MS : false) },
  );
  return (
    <>
      <PageHeader title={t('common:nav.dispatches')} description={t('list.lead')} />
      <Card>
        <FilterBar isAny={filters.isAny} onClear={filters.clear}>
          <FilterSelect
            label={t('list.status')}
            all={t('common:filter.all')}
            value={filters.values.status}
            onChange={(value) => filters.set('status', value)}
            options={STATUSES.map((value) => ({ value, label: t(`common:status.${value}`) }))}
          />
          <FilterSelect
            label={t('list.kind')}
            all={t('common:filter.all')}
            value={filters.values.kind}
            onChange={(value) => filters.set('kind', value)}
            options={KINDS.map((value) => ({ value, label: t(`common:kind.${value}`) }))}
          />
        </FilterBar>
        <KeysetTable
          label={t('common:nav.dispatches')}
          list={list}
          columns={useColumns()}
          rowKey={({ id }) => id}
          empty={
            filters.isAny ? (
              <EmptyState icon={IconChartHistogram} title={t('list.noneSuch')} text={t('list.noneSuchText')} />
            ) : (
              <EmptyState
                icon={IconChartHistogram}
                title={t('list.none')}
                text={t('list.noneText')}
                action={
                  <Anchor component={Link} to="/campaigns">
                    {t('list.toCampaigns')}
                  </Anchor>
                }
              />
            )
          }
        />
      </Card>
    </>
  );
}

function useColumns(): Column<Dispatch>[] {
  const { t } = useTranslation(['dispatches', 'common']);
  const format = useFormat();
  return [
    {
      key: 'campaign',
      label: t('list.campaign'),
      render: (row) => (
        <div className={classes.campaign}>
          <Anchor component={Link} to={`/dispatches/${row.id}`} fw={550} size="sm" lineClamp={2} title={row.campaign_name}>
            {row.campaign_name}
          </Anchor>
          <Text size="xs" c="dimmed">
            {t('number', { id: row.id })} · {t(`common:channel.${row.channel}`)}
          </Text>
        </div>
      ),
    },
    {
      key: 'status',
      label: t('list.status'),
      render: (row) => (
        <Group gap={6} wrap="nowrap">
          <DispatchBadge dispatch={row} />
          {row.status !== 'previewed' && <DispatchKindBadge kind={row.kind} />}
        </Group>
      ),
    },
    { key: 'progress', label: t('list.progress'), render: (row) => <Progress dispatch={row} /> },
    {
      key: 'failed',
      label: t('common:part.failed'),
      isNumber: true,
      render: ({ kind, progress }) =>
        kind === 'dry_run' ? (
          '–'
        ) : (
          <Text span size="sm" c={progress.failed > 0 ? 'var(--mantine-color-error)' : undefined}>
            {format.number(progress.failed)}
          </Text>
        ),
    },
    {
      key: 'started',
      label: t('list.started'),
      render: ({ created_at }) => (
        <span className={classes.ago}>
          <Ago at={created_at} />
        </span>
      ),
    },
  ];
}

function Progress({ dispatch }: { dispatch: Dispatch }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const count = dispatch.targeted;
  const formatted = format.number(count);
  if (dispatch.kind === 'dry_run')
    return (
      <Text size="sm" c="dimmed" className={classes.ago}>
        {dispatch.resolved_at ? t('list.wouldGet', { count, formatted }) : t('list.notYet')}
      </Text>
    );
  return (
    <Stack gap={4} className={classes.progress}>
      <DispatchBar dispatch={dispatch} />
      <Text size="xs" c="dimmed" className="numbers">
        {dispatch.resolved_at
          ? t('list.sentOf', { sent: format.number(dispatch.progress.sent), count, formatted })
          : t('list.notYet')}
      </Text>
    </Stack>
  );
}
