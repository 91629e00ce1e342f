import { Alert, Skeleton, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { StatusBadge } from '../../components/status-badge';
import { CustomersTab } from './detail/customers-tab';
import { ExplainTab } from './detail/explain-tab';
import { OverviewTab } from './detail/overview-tab';
import { SegmentActions } from './detail/segment-actions';
import { VersionsTab } from './detail/versions-tab';
import { segmentQuery } from './segment-queries';

/** Each reads what it shows when it is opened. Which one is open is in the address. */
const TABS = { overview: OverviewTab, customers: CustomersTab, explain: ExplainTab, versions: VersionsTab } as const;
type Tab = keyof typeof TABS;
const TAB_NAMES = Object.keys(TABS) as Tab[];

/** One segment: what it is, how large, who is in it and why, and what it was. */
export function Page() {
  const { t } = useTranslation('segments');
  const { segmentId = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const tab = TAB_NAMES.find((name) => name === params.get('tab')) ?? 'overview';
  const query = useQuery(segmentQuery(segmentId));
  const parent = { title: t('list.title'), to: '/segments' };
  if (!query.data)
    return (
      <>
        <PageHeader title={t('list.segment')} parent={parent} />
        {query.error ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton height={420} />}
      </>
    );
  const { segment, etag } = query.data;
  const Content = TABS[tab];
  return (
    <>
      <PageHeader
        title={segment.name}
        parent={parent}
        description={segment.description || undefined}
        badge={<StatusBadge status={segment.is_active ? 'active' : 'inactive'} />}
        actions={<SegmentActions segment={segment} etag={etag} />}
      />
      <Stack>
        {!segment.is_active && <Alert color="orange">{t('page.inactive')}</Alert>}
        <Tabs
          value={tab}
          onChange={(next) => setParams(next && next !== 'overview' ? { tab: next } : {}, { replace: true })}
          keepMounted={false}
        >
          <Tabs.List mb="md">
            {TAB_NAMES.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`page.tab.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={tab}>
            <Content key={segment.id} segment={segment} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </>
  );
}
