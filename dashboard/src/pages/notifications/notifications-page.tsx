import { ActionIcon } from '@mantine/core';
import { IconBell, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { FilterBar, FilterSelect } from '../../components/filter-bar';
import { FilterText } from '../../components/filter-text';
import { isUuid } from '../../components/is-uuid';
import { KeysetTable } from '../../components/keyset-table';
import { PageHeader } from '../../components/page-header';
import { oneOf } from '../../components/url-filters';
import { useUrlFilters } from '../../components/use-url-filters';
import { useCampaignNames } from './campaign-names';
import { useColumns } from './columns';

const STATUSES = ['queued', 'sent', 'failed', 'cancelled'] as const;
const PAGE = 50;

const isDispatchId = (text: string): boolean => /^[1-9]\d{0,17}$/.test(text);

/** Every notification there is, the newest first. */
export function Page() {
  const { t } = useTranslation(['notifications', 'common']);
  const { values, isAny, set, clear } = useUrlFilters(['status', 'dispatch_id', 'campaign_id', 'user_id']);
  const { campaigns, nameOf } = useCampaignNames();
  const query = {
    status: oneOf(STATUSES, values.status),
    dispatch_id: values.dispatch_id || undefined,
    campaign_id: values.campaign_id || undefined,
    user_id: values.user_id || undefined,
  };
  const list = useKeyset(['notifications', 'list', query], (cursor, signal) =>
    answer(api.GET('/notifications', { params: { query: { ...query, cursor, limit: PAGE } }, signal })),
  );
  return (
    <>
      <PageHeader
        title={t('common:nav.notifications')}
        description={t('list.lead')}
        actions={
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t('list.refresh')}
            title={t('list.refresh')}
            onClick={list.refetch}
          >
            <IconRefresh size={18} aria-hidden />
          </ActionIcon>
        }
      />
      <Card>
        <FilterBar isAny={isAny} onClear={clear}>
          <FilterSelect
            label={t('list.status')}
            all={t('list.every')}
            value={values.status}
            onChange={(value) => set('status', value)}
            options={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          />
          <FilterSelect
            label={t('list.campaign')}
            all={t('list.every')}
            value={values.campaign_id}
            onChange={(value) => set('campaign_id', value)}
            options={[
              ...campaigns.map(({ id, name }) => ({ value: id, label: name })),
              // in the address, and not among them: it is read all the same
              ...(values.campaign_id && !campaigns.some(({ id }) => id === values.campaign_id)
                ? [{ value: values.campaign_id, label: nameOf(values.campaign_id) }]
                : []),
            ]}
          />
          <FilterText
            label={t('list.dispatch')}
            placeholder="17"
            value={values.dispatch_id}
            onChange={(value) => set('dispatch_id', value)}
            isValid={isDispatchId}
            invalid={t('list.noDispatchId')}
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
          label={t('common:nav.notifications')}
          list={list}
          columns={useColumns(nameOf)}
          rowKey={({ id }) => id}
          empty={
            isAny ? (
              <EmptyState icon={IconBell} title={t('list.noneSuch')} text={t('list.noneSuchText')} />
            ) : (
              <EmptyState icon={IconBell} title={t('list.none')} text={t('list.noneText')} />
            )
          }
        />
      </Card>
    </>
  );
}
