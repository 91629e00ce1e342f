import { Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api, read, type Schema } from '../../../api/client';
import { Card } from '../../../components/card';
import { CustomerLink } from '../../../components/customer-link';
import { isUuid } from '../../../components/is-uuid';
import { ProblemAlert } from '../../../components/problem-alert';
import { useFormat } from '../../../i18n/use-format';
import { fromApi } from '../rules/rule';
import { useSegmentNames } from '../segment-queries';
import { ExplanationTree } from './explanation-tree';

/** Why a customer is in a segment, or not. Who it is about is in the address. */
export function ExplainTab({ segment }: { segment: Schema<'SegmentView'> }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const asked = params.get('customer') ?? '';
  const [typed, setTyped] = useState(asked);
  const [isWrong, setIsWrong] = useState(false);
  const nameOf = useSegmentNames([fromApi(segment.filters)]);
  const explanation = useQuery({
    queryKey: ['segments', segment.id, 'explain', asked, segment.updated_at],
    queryFn: ({ signal }) =>
      read(
        api.GET('/segments/{segment_id}/explain/{user_id}', {
          params: { path: { segment_id: segment.id, user_id: asked } },
          signal,
        }),
      ),
    enabled: isUuid(asked),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    const id = typed.trim();
    setIsWrong(!isUuid(id));
    if (isUuid(id)) setParams({ tab: 'explain', customer: id }, { replace: true });
  }
  const { data } = explanation;
  const isMember = data?.member ?? false;
  return (
    <Card title={t('explain.title')} description={t('explain.text')}>
      <Stack>
        <form onSubmit={submit}>
          <Group align="flex-start">
            <TextInput
              label={t('explain.id')}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              error={isWrong ? t('explain.wrongId') : undefined}
              spellCheck={false}
              autoComplete="off"
              maw="24rem"
              flex={1}
              miw="14rem"
            />
            <Button type="submit" variant="default" mt="1.55rem">
              {t('explain.submit')}
            </Button>
          </Group>
        </form>
        {explanation.error && <ProblemAlert error={explanation.error} onRetry={() => void explanation.refetch()} />}
        {explanation.isFetching && !data && <Skeleton height={240} />}
        {data && (
          <div aria-live="polite">
            <Group gap="xs" mb="xs">
              {isMember ? (
                <IconCircleCheckFilled size={24} color="var(--mantine-color-green-7)" aria-hidden />
              ) : (
                <IconCircleXFilled size={24} color="var(--mantine-color-red-7)" aria-hidden />
              )}
              <Text fw={600}>{t(isMember ? 'explain.member' : 'explain.notMember')}</Text>
              <CustomerLink id={data.user_id} />
              <Text size="sm" c="dimmed">
                {t('explain.asOf', { at: format.dateTime(data.as_of) })}
              </Text>
            </Group>
            {!data.is_active && (
              <Text size="sm" mb="xs">
                {t('explain.notActive')}
              </Text>
            )}
            <ExplanationTree node={data.rule} nameOf={nameOf} />
          </div>
        )}
      </Stack>
    </Card>
  );
}
