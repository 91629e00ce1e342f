import { Badge, Button, Stack, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schema } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import type { Column } from '../../components/data-table';
import { KeysetTable } from '../../components/keyset-table';
import { PageHeader } from '../../components/page-header';
import { When } from '../../components/time';
import { useUrlFilters } from '../../components/use-url-filters';
import { AuditFilters } from './audit-filters';
import { EntryDrawer } from './entry-drawer';
import { FILTERS, queryOf } from './filters';
import { TargetLink } from './target-link';
import { useActionText } from './use-action-text';
import { Verification } from './verification';

type Entry = Schema<'AuditEntryView'>;

export function Page() {
  const { t } = useTranslation('audit');
  const { t: common } = useTranslation();
  const actionText = useActionText();
  const [entry, setEntry] = useState<Entry>();
  const filters = useUrlFilters(FILTERS);
  const query = queryOf(filters.values);
  const entries = useKeyset(['audit', query], (cursor, signal) =>
    answer(api.GET('/audit', { params: { query: { ...query, limit: 50, cursor } }, signal })),
  );
  const columns: Column<Entry>[] = [
    { key: 'at', label: t('at'), render: ({ at }) => <When at={at} /> },
    { key: 'action', label: t('action'), render: ({ action }) => actionText(action) },
    { key: 'target', label: t('target'), render: (row) => <TargetLink entry={row} /> },
    {
      key: 'actor',
      label: t('actor'),
      render: ({ actor }) => (
        <Text size="sm" maw="14rem" truncate title={actor}>
          {actor}
        </Text>
      ),
    },
    { key: 'outcome', label: t('outcome'), render: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
    {
      key: 'details',
      label: t('details'),
      render: (row) => (
        <Button
          variant="subtle"
          size="compact-sm"
          ml={-8}
          aria-haspopup="dialog"
          aria-label={t('detailsOf', { id: row.id })}
          onClick={() => setEntry(row)}
        >
          {t('details')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={common('nav.audit')} description={t('lead')} />
      <Stack gap="md">
        <Verification />
        <Card>
          <AuditFilters filters={filters} />
          <KeysetTable
            label={common('nav.audit')}
            list={entries}
            columns={columns}
            rowKey={({ id }) => id}
            empty={
              <EmptyState
                icon={IconHistory}
                title={t(filters.isAny ? 'none.title' : 'empty.title')}
                text={t(filters.isAny ? 'none.text' : 'empty.text')}
              />
            }
          />
        </Card>
      </Stack>
      <EntryDrawer entry={entry} onClose={() => setEntry(undefined)} />
    </>
  );
}

function OutcomeBadge({ outcome }: Pick<Entry, 'outcome'>) {
  const { t } = useTranslation('audit');
  return (
    <Badge color={outcome === 'done' ? 'green' : 'red'} variant="light" tt="none">
      {t(`outcomes.${outcome}`)}
    </Badge>
  );
}
