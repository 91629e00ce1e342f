import { Loader, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';
import { ProblemAlert } from '../../../components/problem-alert';
import { ShareBar } from '../../../components/share-bar';
import { useFormat } from '../../../i18n/use-format';
import { audienceRule, unionOf } from './audience-rule';
import classes from './audience.module.css';

const DELAY_MS = 200;

type Rule = ReturnType<typeof audienceRule>;

/** The count of a rule that may not be saved yet, with some of its customers. Nothing is asked without a rule. */
export function useCounted(rule: Rule, sample = 0) {
  const [text] = useDebouncedValue(JSON.stringify(rule ?? null), DELAY_MS);
  return useQuery({
    queryKey: ['audience', text, sample],
    queryFn: ({ signal }) =>
      read(
        api.POST('/segments/preview', {
          params: { query: { sample } },
          body: { filters: JSON.parse(text) as Rule },
          signal,
        }),
      ),
    enabled: text !== 'null',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** How many that are. */
export function UnionCount({ included, excluded }: { included: readonly string[]; excluded: readonly string[] }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const format = useFormat();
  const union = useCounted(audienceRule(included, excluded));
  if (included.length === 0) return <Text c="dimmed">{t('audience.nobodyYet')}</Text>;
  if (union.error) return <ProblemAlert error={union.error} onRetry={() => void union.refetch()} />;
  const counted = union.data && unionOf(union.data, excluded.length > 0);
  return (
    <div>
      <div className={classes.total} aria-live="polite" aria-busy={union.isFetching}>
        {counted && union.data ? (
          <>
            <Text component="span" fz="1.75rem" fw={650} lh={1.25} className="numbers">
              {t('common:count.customers', { count: counted.total, formatted: format.number(counted.total) })}
            </Text>
            <Text component="span" size="sm" c="dimmed">
              {t('audience.ofActive', { share: format.percent(union.data.share) })}
              {counted.excluded > 0 &&
                ` · ${t('audience.takenAway', { count: counted.excluded, formatted: format.number(counted.excluded) })}`}
            </Text>
          </>
        ) : (
          <Loader size="sm" type="dots" />
        )}
        {union.isPlaceholderData && <Loader size="xs" aria-hidden />}
      </div>
      <ShareBar
        share={union.data?.share ?? 0}
        label={t('audience.ofActive', { share: format.percent(union.data?.share ?? 0) })}
      />
    </div>
  );
}
