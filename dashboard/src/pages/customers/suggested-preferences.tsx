import { Skeleton, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Disclosure } from '../../components/disclosure';
import { ProblemAlert } from '../../components/problem-alert';
import { When } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import classes from './customers.module.css';
import { readable } from './preferences';
import { productOf } from './products';
import { useNewestPurchases } from './queries';

type Evidence = Schema<'PreferenceEvidence'>;

/** Each suggested preference, and behind a line the purchases it rests on. */
export function SuggestedPreferences({ customerId, evidence }: { customerId: string; evidence: readonly Evidence[] }) {
  const { t } = useTranslation('ai');
  const format = useFormat();
  if (evidence.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('suggestion.nothing')}
      </Text>
    );
  return (
    <ul className={classes.suggested}>
      {evidence.map(({ key, value, purchase_ids }) => {
        const counted = { count: purchase_ids.length, formatted: format.number(purchase_ids.length) };
        return (
          <li key={`${key} ${value}`}>
            <Text size="sm" component="div">
              <Text span size="sm" c="dimmed">
                {readable(key)}:
              </Text>{' '}
              <Text span size="sm" fw={600}>
                {value}
              </Text>
            </Text>
            <Disclosure label={t('suggestion.restsOn', counted)} size="xs">
              <Purchases customerId={customerId} ids={purchase_ids} />
            </Disclosure>
          </li>
        );
      })}
    </ul>
  );
}

/** Those of them that are among the newest, and how many others there are. Read once it is opened. */
function Purchases({ customerId, ids }: { customerId: string; ids: readonly string[] }) {
  const { t } = useTranslation('ai');
  const format = useFormat();
  const newest = useNewestPurchases(customerId);
  if (newest.error && !newest.data) return <ProblemAlert error={newest.error} onRetry={() => void newest.refetch()} />;
  if (!newest.data) return <Skeleton height={20} mt={4} />;
  const shown = newest.data.filter(({ id }) => ids.includes(id));
  const others = ids.length - shown.length;
  return (
    <ul className={classes.evidence}>
      {shown.map(({ id, purchase_date, store_name, products }) => (
        <li key={id}>
          {purchase_date && (
            <>
              <When at={purchase_date} /> ·{' '}
            </>
          )}
          {store_name}
          {products.length > 0 && (
            <Text size="xs" c="dimmed">
              {format.list([...new Set(products.map((product) => productOf(product).name))])}
            </Text>
          )}
        </li>
      ))}
      {others > 0 && <li>{t('suggestion.unlisted', { count: others, formatted: format.number(others) })}</li>}
    </ul>
  );
}
