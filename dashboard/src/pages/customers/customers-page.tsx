import { Anchor, Code, Stack, Switch } from '@mantine/core';
import { IconUsers, IconUserSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import type { Column } from '../../components/data-table';
import { KeysetTable } from '../../components/keyset-table';
import { FilterText } from '../../components/filter-text';
import { PageHeader } from '../../components/page-header';
import { StatusBadge } from '../../components/status-badge';
import { useUrlFilters } from '../../components/use-url-filters';
import { useFormat } from '../../i18n/use-format';
import classes from './customers.module.css';
import { useCustomers } from './queries';

export function Page() {
  const { t } = useTranslation('customers');
  const { t: common } = useTranslation();
  const format = useFormat();
  const filters = useUrlFilters(['search']);
  const { search } = filters.values;
  const [isShown, setShown] = useState(false);
  const customers = useCustomers(search, isShown);
  const columns: Column<Schema<'CustomerView'>>[] = [
    {
      key: 'email',
      label: t('email'),
      render: ({ id, email }) => (
        <Anchor component={Link} to={`/customers/${id}`} size="sm" fw={600}>
          {email || t('noEmail')}
        </Anchor>
      ),
    },
    { key: 'id', label: t('id'), render: ({ id }) => <Code>{id}</Code> },
    {
      key: 'status',
      label: t('status'),
      render: ({ is_active }) => <StatusBadge status={is_active ? 'active' : 'inactive'} />,
    },
    { key: 'role', label: t('role'), render: ({ role }) => role ?? '–' },
    {
      key: 'registered',
      label: t('registered'),
      render: ({ registration_date }) => (registration_date ? format.date(registration_date) : '–'),
    },
  ];
  return (
    <>
      <PageHeader title={common('nav.customers')} description={t('lead')} />
      <Card>
        <Stack gap="md">
          <search className={classes.search}>
            <FilterText
              label={t('search.label')}
              description={t('search.hint')}
              value={search}
              onChange={(text) => filters.set('search', text)}
            />
            <Switch
              label={t('search.reveal')}
              checked={isShown}
              onChange={(event) => setShown(event.currentTarget.checked)}
            />
          </search>
          <div>
            <KeysetTable
              label={common('nav.customers')}
              list={customers}
              columns={columns}
              rowKey={({ id }) => id}
              empty={
                search ? (
                  <EmptyState icon={IconUserSearch} title={t('search.none')} text={t('search.noneText')} />
                ) : (
                  <EmptyState
                    icon={IconUsers}
                    title={t('empty.title')}
                    text={t('empty.text')}
                    action={
                      <Anchor component={Link} to="/" size="sm">
                        {t('empty.begin')}
                      </Anchor>
                    }
                  />
                )
              }
            />
          </div>
        </Stack>
      </Card>
    </>
  );
}
