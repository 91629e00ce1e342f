import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconChartDots, IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { answer, api, read } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { KeysetTable } from '../../components/keyset-table';
import { PageHeader } from '../../components/page-header';
import { useFormat } from '../../i18n/use-format';
import classes from './list/segments-list.module.css';
import { useColumns } from './list/use-columns';
import { MOST_COMPARED, overlapPath } from './overlap/overlap-path';

const PAGE = 50;
const STATES = ['all', 'active', 'inactive'] as const;

/** Every segment with its size, how that went, and who uses it; two to six can be laid over each other. */
export function Page() {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const state = STATES.find((one) => one === params.get('state')) ?? 'all';
  const [selected, setSelected] = useState<readonly string[]>([]);
  const isActive = state === 'all' ? undefined : state === 'active';
  const list = useKeyset(['segments', 'list', state], (cursor, signal) =>
    answer(
      api.GET('/segments', {
        params: { query: { counts: true, trend: true, used_by: true, is_active: isActive, limit: PAGE, cursor } },
        signal,
      }),
    ),
  );
  const shop = useQuery({
    queryKey: ['segments', 'active-customers'],
    queryFn: ({ signal }) => read(api.GET('/overview/shop', { signal })),
    enabled: list.rows.length > 0,
    staleTime: 60_000,
  });
  const columns = useColumns({
    activeCustomers: shop.data?.active_customers,
    selected,
    isFull: selected.length >= MOST_COMPARED,
    onSelect: (id) =>
      setSelected((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(0, MOST_COMPARED))),
  });
  const create = (
    <Button component={Link} to="/segments/new" leftSection={<IconPlus size={18} aria-hidden />}>
      {t('list.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('list.title')} description={t('list.description')} actions={create} />
      <Card>
        <Group mb="md">
          <SegmentedControl
            size="sm"
            aria-label={t('list.show')}
            value={state}
            onChange={(next) => setParams(next === 'all' ? {} : { state: next }, { replace: true })}
            data={STATES.map((value) => ({ value, label: t(`list.${value}`) }))}
          />
        </Group>
        <KeysetTable
          label={t('list.label')}
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            state === 'all' ? (
              <EmptyState icon={IconUsersGroup} title={t('list.emptyTitle')} text={t('list.emptyText')} action={create} />
            ) : (
              <EmptyState
                icon={IconUsersGroup}
                title={t('list.emptyFiltered')}
                action={
                  <Button variant="default" onClick={() => setParams({}, { replace: true })}>
                    {t('list.showAll')}
                  </Button>
                }
              />
            )
          }
        />
        {list.rows.length > 1 && (
          <div className={classes.bar}>
            <Text size="sm" c={selected.length > 0 ? undefined : 'dimmed'} aria-live="polite">
              {selected.length === 0
                ? t('list.selectHint')
                : [
                    t('list.selected', { count: selected.length, formatted: format.number(selected.length) }),
                    selected.length === 1 && t('list.selectMore'),
                    selected.length === MOST_COMPARED && t('list.most'),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
            </Text>
            {selected.length > 0 && (
              <Group gap="xs" ml="auto">
                <Button variant="subtle" size="xs" onClick={() => setSelected([])}>
                  {t('list.clear')}
                </Button>
                {selected.length > 1 && (
                  <Button
                    component={Link}
                    to={overlapPath(selected)}
                    size="xs"
                    leftSection={<IconChartDots size={16} aria-hidden />}
                  >
                    {t('list.compare')}
                  </Button>
                )}
              </Group>
            )}
          </div>
        )}
      </Card>
    </>
  );
}
