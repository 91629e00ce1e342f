import { Button } from '@mantine/core';
import { IconPlus, IconSend } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Halves } from '../../components/card';
import { PageHeader } from '../../components/page-header';
import { AttentionCard } from './attention-card';
import { Begin } from './begin';
import { DeliveryCard } from './delivery-card';
import { DispatchesCard } from './dispatches-card';
import { MonthsCard } from './months-card';
import classes from './overview.module.css';
import { useShop } from './queries';
import { SegmentsCard } from './segments-card';
import { ShopFigures } from './shop-figures';

export function Page() {
  const { t } = useTranslation('overview');
  const { t: common } = useTranslation();
  const shop = useShop();
  if (shop.data?.customers === 0) return <Begin onRetry={() => void shop.refetch()} isLooking={shop.isFetching} />;
  return (
    <>
      <PageHeader
        title={common('nav.overview')}
        description={t('lead')}
        actions={
          <>
            <Button component={Link} to="/segments/new" variant="default" leftSection={<IconPlus size={16} aria-hidden />}>
              {t('newSegment')}
            </Button>
            <Button component={Link} to="/campaigns/new" leftSection={<IconSend size={16} aria-hidden />}>
              {t('newCampaign')}
            </Button>
          </>
        }
      />
      <div className={classes.page}>
        <ShopFigures shop={shop} />
        <div className={classes.first}>
          <MonthsCard shop={shop} />
          <AttentionCard />
        </div>
        <Halves>
          <DispatchesCard />
          <DeliveryCard />
        </Halves>
        <SegmentsCard activeCustomers={shop.data?.active_customers} />
      </div>
    </>
  );
}
