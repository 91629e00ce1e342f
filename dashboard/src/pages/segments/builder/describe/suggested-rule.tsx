import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../../../api/client';
import { ProblemAlert } from '../../../../components/problem-alert';
import { ShareBar } from '../../../../components/share-bar';
import { Suggested } from '../../../../components/suggested';
import { useFormat } from '../../../../i18n/use-format';
import { ReadingList } from '../../reading-list';
import { type Rule, toApi } from '../../rules/rule';
import classes from './describe.module.css';
import { type Picked, withPicked } from './suggestion';
import { UnknownsAlert } from './unknowns-alert';

/** A drafted rule refers to no segments. */
const NO_NAMES = () => undefined;

/** How many a suggested rule reaches, what it says, and what is unclear about it. */
export function SuggestedRule(props: {
  sentence: string;
  suggestion: Schema<'SegmentSuggestionView'>;
  onUse: (rule: Rule) => void;
}) {
  const { suggestion } = props;
  const { t } = useTranslation('ai');
  const format = useFormat();
  const [picked, setPicked] = useState<Picked>({});
  const rule = withPicked(suggestion, picked);
  const text = JSON.stringify(rule);
  const recount = useQuery({
    queryKey: ['segments', 'preview', 'suggested', text],
    queryFn: ({ signal }) =>
      read(api.POST('/segments/preview', { params: { query: { sample: 0 } }, body: { filters: toApi(rule) }, signal })),
    enabled: Object.keys(picked).length > 0,
    staleTime: 60_000,
  });
  const counted = Object.keys(picked).length > 0 ? recount.data : suggestion;
  return (
    <Suggested title={t('rule.suggested')} said={t('rule.of', { sentence: props.sentence })}>
      <div role="status">
        <Group gap="xs" align="baseline" className={classes.figure}>
          <span className={classes.total}>{counted ? format.number(counted.total) : '–'}</span>
          <Text component="span" size="sm" c="dimmed">
            {counted
              ? `${t('rule.customers', { count: counted.total })} · ${t('rule.share', { share: format.percent(counted.share) })}`
              : !recount.error && t('rule.counting')}
          </Text>
        </Group>
        <ShareBar share={counted?.share ?? 0} label={t('rule.meter')} />
        {counted && (counted.share === 1 || counted.total === 0) && (
          <Text size="sm" mt="xs" fw={600}>
            {counted.total === 0 ? t('rule.nobody') : t('rule.everyone')}
          </Text>
        )}
      </div>
      {recount.error && Object.keys(picked).length > 0 && (
        <ProblemAlert error={recount.error} onRetry={() => void recount.refetch()} />
      )}
      <div>
        <Text size="sm" fw={600} mb={4}>
          {t('rule.reading')}
        </Text>
        <div className={classes.words}>
          <ReadingList rule={rule} nameOf={NO_NAMES} />
        </div>
      </div>
      {suggestion.unknowns.length > 0 && <UnknownsAlert unknowns={suggestion.unknowns} picked={picked} onPick={setPicked} />}
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {t('rule.check')}
        </Text>
        <Button onClick={() => props.onUse(rule)}>{t('rule.use')}</Button>
      </Group>
    </Suggested>
  );
}
