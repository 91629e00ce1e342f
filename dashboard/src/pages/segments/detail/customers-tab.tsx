import { Button } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, type Schema } from '../../../api/client';
import { useKeyset } from '../../../api/keyset';
import { Card } from '../../../components/card';
import { CustomerLink } from '../../../components/customer-link';
import { EmptyState } from '../../../components/empty-state';
import { KeysetTable } from '../../../components/keyset-table';
import { Ago } from '../../../components/time';
import { useFormat } from '../../../i18n/use-format';
import { DownloadButton } from './download-button';

const PAGE = 25;

/** Customers of a segment, as they are now. */
export function CustomersTab({ segment }: { segment: Schema<'SegmentView'> }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const list = useKeyset(['segments', segment.id, 'users', segment.updated_at], (cursor, signal) =>
    answer(
      api.GET('/segments/{segment_id}/users', {
        params: { path: { segment_id: segment.id }, query: { limit: PAGE, cursor, total: false } },
        signal,
      }),
    ),
  );
  return (
    <Card
      title={t('page.customersTitle')}
      description={t('page.customersText')}
      actions={<DownloadButton segmentId={segment.id} name={segment.name} />}
    >
      <KeysetTable
        label={t('page.customersTitle')}
        list={list}
        rowKey={({ user_id }) => user_id}
        columns={[
          { key: 'id', label: t('sample.customer'), render: ({ user_id }) => <CustomerLink id={user_id} /> },
          { key: 'email', label: t('sample.email'), render: ({ email }) => email },
          {
            key: 'purchases',
            label: t('sample.purchases'),
            isNumber: true,
            render: ({ purchases }) => format.number(purchases),
          },
          {
            key: 'spent',
            label: t('sample.spent'),
            isNumber: true,
            render: ({ spent }) => (spent === null ? '–' : format.money(spent)),
          },
          {
            key: 'last',
            label: t('sample.lastPurchase'),
            render: ({ last_purchase_at }) => <Ago at={last_purchase_at} />,
          },
          {
            key: 'why',
            label: t('explain.title'),
            render: ({ user_id }) => (
              <Button
                component={Link}
                to={`?tab=explain&customer=${user_id}`}
                size="compact-xs"
                variant="subtle"
                aria-label={t('page.whyOf', { id: user_id.slice(0, 8) })}
              >
                {t('page.why')}
              </Button>
            ),
          },
        ]}
        empty={<EmptyState icon={IconUsers} title={t('page.nobody')} text={t('page.nobodyText')} />}
      />
    </Card>
  );
}
