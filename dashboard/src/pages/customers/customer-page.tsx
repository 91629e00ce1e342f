import { Skeleton, Stack } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ApiProblem } from '../../api/problem';
import { Halves } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { StatusBadge } from '../../components/status-badge';
import { CustomerActions } from './customer-actions';
import { ErasureReport } from './erasure-report';
import type { Schema } from '../../api/client';
import { NotificationsCard } from './notifications-card';
import { PreferencesCard } from './preferences-card';
import { ProfileCard } from './profile-card';
import { PurchaseFigures } from './purchase-figures';
import { PurchasesCard } from './purchases-card';
import { useCustomer } from './queries';
import { SegmentsCard } from './segments-card';
import { SuggestionCard } from './suggestion-card';
import { SuppressionsCard } from './suppressions-card';

export function Page() {
  const { customerId = '' } = useParams();
  return <CustomerPage key={customerId} id={customerId} />;
}

/** Everything there is to know of one customer. Made anew for each, so that nobody's address stays shown for the next. */
function CustomerPage({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const { t: common } = useTranslation();
  const [isShown, setShown] = useState(false);
  const [erased, setErased] = useState<Schema<'ErasureView'>>();
  const customer = useCustomer(id, isShown);
  const parent = { title: common('nav.customers'), to: '/customers' };
  const isMissing = customer.error instanceof ApiProblem && [400, 404].includes(customer.error.status);
  if (customer.error && !customer.data)
    return (
      <>
        <PageHeader title={t('customer')} parent={parent} />
        {isMissing ? (
          <EmptyState icon={IconUserQuestion} title={t('missing.title')} text={t('missing.text')} />
        ) : (
          <ProblemAlert error={customer.error} onRetry={() => void customer.refetch()} />
        )}
      </>
    );
  const profile = customer.data;
  return (
    <>
      <PageHeader
        title={profile ? profile.email || t('noEmail') : t('customer')}
        parent={parent}
        badge={profile && <StatusBadge status={profile.is_active ? 'active' : 'inactive'} />}
        description={profile ? undefined : <Skeleton height={16} width="16rem" component="span" display="block" />}
        actions={profile && <CustomerActions customer={profile} isShown={isShown} onErased={setErased} />}
      />
      <Stack gap="md">
        {erased && <ErasureReport erasure={erased} onClose={() => setErased(undefined)} />}
        <PurchaseFigures customer={profile} />
        <Halves>
          <ProfileCard
            id={id}
            customer={profile}
            isShown={isShown}
            isLoading={customer.isFetching}
            error={customer.error}
            onShow={setShown}
          />
          <PreferencesCard customer={profile} />
        </Halves>
        <Halves>
          <SegmentsCard id={id} />
          <SuppressionsCard id={id} />
        </Halves>
        <SuggestionCard id={id} lastPurchaseAt={profile?.last_purchase_at ?? null} />
        <PurchasesCard id={id} />
        <NotificationsCard id={id} />
      </Stack>
    </>
  );
}
