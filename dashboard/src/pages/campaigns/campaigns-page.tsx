import { Anchor, Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconPlus, IconSend } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { answer, api } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import type { Column } from '../../components/data-table';
import { KeysetTable } from '../../components/keyset-table';
import { PageHeader } from '../../components/page-header';
import { StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import { CampaignState } from './campaign-state';
import { type Campaign, useSegments } from './campaign-calls';
import classes from './campaigns.module.css';

const PAGE = 50;
const SHOWN = { all: undefined, active: true, inactive: false } as const;
const isShown = (name: string): name is keyof typeof SHOWN => Object.hasOwn(SHOWN, name);

/** Every campaign, what became of it last, and when it goes out next. */
export function Page() {
  const { t } = useTranslation(['campaigns', 'common']);
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const wanted = search.get('show') ?? 'all';
  const shown = isShown(wanted) ? wanted : 'all';
  const segments = useSegments();
  const list = useKeyset<Campaign>(['campaigns', 'list', shown], (cursor, signal) =>
    answer(
      api.GET('/campaigns', {
        params: { query: { limit: PAGE, is_active: SHOWN[shown], activity: true, cursor } },
        signal,
      }),
    ),
  );
  const name = (id: string) => segments.byId.get(id)?.name ?? (segments.isPending ? '…' : id.slice(0, 8));
  const columns: Column<Campaign>[] = [
    {
      key: 'name',
      label: t('list.name'),
      render: (campaign) => (
        <div className={classes.name}>
          <Anchor component={Link} to={`/campaigns/${campaign.id}`} fw={600} size="sm" lineClamp={2} title={campaign.name}>
            {campaign.name}
          </Anchor>
          <Group gap={6} mt={2}>
            <Text size="xs" c="dimmed">
              {t(`common:channel.${campaign.channel}`)}
            </Text>
            {!campaign.is_active && <CampaignState isActive={false} />}
          </Group>
        </div>
      ),
    },
    {
      key: 'segments',
      label: t('list.segments'),
      render: ({ segment_ids }) => (
        <Text size="sm" lineClamp={2} className={classes.segments} title={segment_ids.map(name).join(', ')}>
          {segment_ids.map(name).join(', ')}
        </Text>
      ),
    },
    {
      key: 'last',
      label: t('list.last'),
      render: ({ last_dispatch: last }) =>
        last ? (
          <div className={classes.short}>
            <StatusBadge status={last.status} />
            <div>
              <Anchor component={Link} to={`/dispatches/${last.id}`} size="sm">
                <Ago at={last.created_at} />
              </Anchor>
            </div>
          </div>
        ) : (
          <Text size="sm" c="dimmed">
            {t('common:never')}
          </Text>
        ),
    },
    {
      key: 'reached',
      label: t('list.reached'),
      isNumber: true,
      render: ({ last_dispatch: last }) => (last ? format.number(last.targeted) : '–'),
    },
    {
      key: 'next',
      label: t('list.next'),
      render: ({ next_at }) => (
        <Text size="sm" className={classes.short} c={next_at ? undefined : 'dimmed'}>
          {next_at ? <time dateTime={next_at}>{format.dateTime(next_at)}</time> : '–'}
        </Text>
      ),
    },
    {
      key: 'updated',
      label: t('list.updated'),
      render: ({ updated_at }) => (
        <Text size="sm" c="dimmed" className={classes.short}>
          <Ago at={updated_at} />
        </Text>
      ),
    },
  ];
  const create = (
    <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={18} aria-hidden />}>
      {t('list.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('list.title')} description={t('list.lead')} actions={create} />
      <Card>
        <SegmentedControl
          aria-label={t('list.show')}
          data={[
            { value: 'all', label: t('list.all') },
            { value: 'active', label: t('list.active') },
            { value: 'inactive', label: t('list.inactive') },
          ]}
          value={shown}
          onChange={(value) => setSearch(value === 'all' ? {} : { show: value }, { replace: true })}
          mb="md"
        />
        <KeysetTable
          label={t('list.title')}
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            shown === 'all' ? (
              <EmptyState icon={IconSend} title={t('list.empty')} text={t('list.emptyText')} action={create} />
            ) : (
              <EmptyState icon={IconSend} title={t(`list.none.${shown}`)} />
            )
          }
        />
      </Card>
    </>
  );
}
