import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { Facts } from '../../components/facts';

/** Where customers are read, and where what is made here is kept. */
export function DatabaseCard({ database }: { database: Schema<'DatabaseView'> }) {
  const { t } = useTranslation('settings');
  return (
    <Card title={t('database.title')}>
      <Facts
        facts={[
          { name: t('database.name'), value: database.name },
          { name: t('database.schema'), value: database.schema },
          { name: t('database.customersSchema'), value: database.customers_schema },
          { name: t('database.kind'), value: t(database.embedded ? 'database.embedded' : 'database.own') },
        ]}
      />
    </Card>
  );
}
