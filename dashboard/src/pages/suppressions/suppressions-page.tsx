import { Button } from '@mantine/core';
import { IconBan, IconFileImport, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schema } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { CHANNELS, SHOWN_REASONS } from '../../api/values';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { FilterBar, FilterSelect } from '../../components/filter-bar';
import { FilterText } from '../../components/filter-text';
import { isUuid } from '../../components/is-uuid';
import { KeysetTable } from '../../components/keyset-table';
import { PageHeader } from '../../components/page-header';
import { oneOf } from '../../components/url-filters';
import { useUrlFilters } from '../../components/use-url-filters';
import { AddDialog } from './add-dialog';
import { useColumns } from './columns';
import { ImportDialog } from './import-dialog';
import { LiftDialog } from './lift-dialog';

const PAGE = 50;
const IN_FORCE = ['true', 'false'] as const;

/** Who must not be messaged. */
export function Page() {
  const { t } = useTranslation(['suppressions', 'common']);
  const [dialog, setDialog] = useState<'add' | 'import'>();
  const [lifting, setLifting] = useState<Schema<'SuppressionView'>>();
  const { values, isAny, set, clear } = useUrlFilters(['channel', 'reason', 'in_force', 'user_id']);
  const inForce = oneOf(IN_FORCE, values.in_force);
  const query = {
    channel: oneOf(CHANNELS, values.channel),
    reason: oneOf(SHOWN_REASONS, values.reason),
    in_force: inForce && inForce === 'true',
    user_id: values.user_id || undefined,
  };
  const list = useKeyset(['suppressions', query], (cursor, signal) =>
    answer(api.GET('/suppressions', { params: { query: { ...query, cursor, limit: PAGE } }, signal })),
  );
  const add = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setDialog('add')}>
      {t('add.open')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('common:nav.suppressions')}
        description={t('list.lead')}
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconFileImport size={18} aria-hidden />}
              onClick={() => setDialog('import')}
            >
              {t('import.open')}
            </Button>
            {add}
          </>
        }
      />
      <Card>
        <FilterBar isAny={isAny} onClear={clear}>
          <FilterSelect
            label={t('list.channel')}
            all={t('list.everyChannel')}
            value={values.channel}
            onChange={(value) => set('channel', value)}
            options={CHANNELS.map((value) => ({ value, label: t(`common:channel.${value}`) }))}
          />
          <FilterSelect
            label={t('list.reason')}
            all={t('list.everyReason')}
            value={values.reason}
            onChange={(value) => set('reason', value)}
            options={SHOWN_REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
          />
          <FilterSelect
            label={t('list.inForce')}
            all={t('list.both')}
            value={values.in_force}
            onChange={(value) => set('in_force', value)}
            options={IN_FORCE.map((value) => ({ value, label: t(`inForce.${value}`) }))}
          />
          <FilterText
            label={t('list.customer')}
            placeholder="5f0c9a1e-…"
            value={values.user_id}
            onChange={(value) => set('user_id', value)}
            isValid={isUuid}
            invalid={t('list.noCustomerId')}
          />
        </FilterBar>
        <KeysetTable
          label={t('common:nav.suppressions')}
          list={list}
          columns={useColumns(setLifting)}
          rowKey={({ id }) => id}
          empty={
            isAny ? (
              <EmptyState icon={IconBan} title={t('list.noneSuch')} text={t('list.noneSuchText')} />
            ) : (
              <EmptyState icon={IconBan} title={t('list.none')} text={t('list.noneText')} action={add} />
            )
          }
        />
      </Card>
      <AddDialog opened={dialog === 'add'} onClose={() => setDialog(undefined)} />
      <ImportDialog opened={dialog === 'import'} onClose={() => setDialog(undefined)} />
      <LiftDialog suppression={lifting} onClose={() => setLifting(undefined)} />
    </>
  );
}
