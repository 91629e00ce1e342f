import { Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { ApiProblem } from '../../api/problem';
import { ActButton } from '../../components/act-button';
import { AskModel } from '../../components/ask-model';
import { Card } from '../../components/card';
import { ModelProblem } from '../../components/model-problem';
import { ModelRefusal } from '../../components/model-refusal';
import { done } from '../../components/notify';
import { ProblemAlert } from '../../components/problem-alert';
import { Ago } from '../../components/time';
import { useModelCall } from '../../components/use-model-call';
import { suggestionQuery } from './queries';
import { SuggestedPreferences } from './suggested-preferences';

/** What a model takes a customer to prefer, by what they bought: kept beside what they said themselves, which stays as it is. */
export function SuggestionCard({ id, lastPurchaseAt }: { id: string; lastPurchaseAt: string | null }) {
  const { t } = useTranslation('ai');
  const queries = useQueryClient();
  const once = useOnce();
  const stops = useRef(0);
  const kept = useQuery(suggestionQuery(id));
  const call = useModelCall(async (user_id: string, signal) => {
    const made = await once([user_id, stops.current], (key) =>
      read(
        api.POST('/ai/preferences/{user_id}', {
          params: { path: { user_id }, header: { 'Idempotency-Key': key } },
          signal,
        }),
      ),
    );
    queries.setQueryData(suggestionQuery(user_id).queryKey, made);
  });
  const stop = () => {
    stops.current += 1; // asked again, it is another request
    call.stop();
    void kept.refetch(); // it may have been made meanwhile
  };
  const remove = async () => {
    await read(api.DELETE('/ai/preferences/{user_id}', { params: { path: { user_id: id } } }));
    queries.setQueryData(suggestionQuery(id).queryKey, null);
    done(t('suggestion.removed'));
  };
  const suggestion = kept.data;
  return (
    <Card title={t('suggestion.title')} description={t('suggestion.lead')}>
      <Stack gap="md">
        {kept.isPending && <Skeleton height={64} />}
        {kept.error && !suggestion && <ProblemAlert error={kept.error} onRetry={() => void kept.refetch()} />}
        {suggestion === null && (
          <Text size="sm" c="dimmed">
            {t('suggestion.none')}
          </Text>
        )}
        {suggestion && (
          <>
            <SuggestedPreferences customerId={id} evidence={suggestion.evidence} />
            <Text size="xs" c="dimmed">
              {t('suggestion.made')} <Ago key={suggestion.inferred_at} at={suggestion.inferred_at} />{' '}
              {t('suggestion.by', { model: suggestion.model })}
              {lastPurchaseAt !== null && Date.parse(lastPurchaseAt) > Date.parse(suggestion.inferred_at) && (
                <> · {t('suggestion.older')}</>
              )}
            </Text>
          </>
        )}
        {call.error !== undefined && <Refused error={call.error} onRetry={() => call.ask(id)} />}
        {!kept.isPending && (
          <Group gap="xs" align="flex-start">
            <AskModel
              label={t(suggestion ? 'suggestion.again' : 'suggestion.ask')}
              phase={call.phase}
              onAsk={() => call.ask(id)}
              onStop={stop}
            />
            {suggestion && (
              <ActButton label={t('suggestion.remove')} icon={<IconTrash size={16} aria-hidden />} act={remove} />
            )}
          </Group>
        )}
      </Stack>
    </Card>
  );
}

/** Why nothing was suggested: the customer objected, there is nothing to go by, or the model. */
function Refused({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation('ai');
  const type = error instanceof ApiProblem ? error.type : undefined;
  if (type === 'conflict') return <Said text={t('suggestion.objected')} />;
  if (type === 'nothing-to-infer-from') return <Said text={t('suggestion.bought')} />;
  if (error instanceof ApiProblem && type === 'draft-not-usable')
    return (
      <ModelRefusal title={t('down')} details={error.errors.map(({ detail }) => detail)}>
        {t('suggestion.unusable')}
      </ModelRefusal>
    );
  return <ModelProblem error={error} onRetry={onRetry} />;
}

const Said = ({ text }: { text: string }) => (
  <Text size="sm" role="alert">
    {text}
  </Text>
);
