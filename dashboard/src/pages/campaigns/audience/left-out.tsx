import { Chip, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';
import { CustomerLink } from '../../../components/customer-link';
import { ProblemAlert } from '../../../components/problem-alert';
import { reasonsOf } from '../../../components/waterfall-steps';
import type { Dispatch } from '../campaign-calls';

const SHOWN = 12;

/** Some of those who get it, or who are left out for a reason, to look at them one by one. */
export function LeftOut({ dispatch }: { dispatch: Dispatch }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const standings = [...reasonsOf(dispatch), ...(dispatch.targeted > 0 ? (['targeted'] as const) : [])];
  const [chosen, setChosen] = useState<string>();
  const standing = standings.find((name) => name === chosen);
  const sample = useQuery({
    queryKey: ['dispatches', dispatch.id, 'audience', standing],
    queryFn: ({ signal }) =>
      read(
        api.GET('/dispatches/{dispatch_id}/audience', {
          params: { path: { dispatch_id: dispatch.id }, query: { reason: standing, limit: SHOWN, total: false } },
          signal,
        }),
      ),
    enabled: standing !== undefined,
    staleTime: Infinity,
  });
  if (standings.length === 0) return null;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} id="left-out">
        {t('leftOut.title')}
      </Text>
      <Group gap="xs" role="group" aria-labelledby="left-out">
        {standings.map((name) => (
          <Chip
            key={name}
            size="xs"
            checked={standing === name}
            onChange={(isChosen) => setChosen(isChosen ? name : undefined)}
          >
            {t(`common:reason.${name}`)}
          </Chip>
        ))}
      </Group>
      <div aria-live="polite">
        {sample.error && <ProblemAlert error={sample.error} onRetry={() => void sample.refetch()} />}
        {standing && sample.isPending && <Skeleton height={22} />}
        {standing && sample.data && (
          <Group gap="sm">
            {sample.data.map(({ user_id }) => (
              <CustomerLink key={user_id} id={user_id} />
            ))}
          </Group>
        )}
      </div>
    </Stack>
  );
}
