import { Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schema } from '../../../api/client';
import { useKeyset } from '../../../api/keyset';
import { Card } from '../../../components/card';
import { ProblemAlert } from '../../../components/problem-alert';
import { Ago } from '../../../components/time';
import { DefinitionDiff } from '../definition-diff';
import type { Definition } from '../definition-lines';
import { fromApi } from '../rules/rule';

const PAGE = 10;

const definitionOf = (of: Schema<'SegmentDefinition'>): Definition => ({ ...of, filters: fromApi(of.filters) });

/** Who changed a segment when, and what, the newest first. */
export function VersionsTab({ segment }: { segment: Schema<'SegmentView'> }) {
  const { t } = useTranslation('segments');
  const { t: common } = useTranslation();
  const list = useKeyset(['segments', segment.id, 'versions', segment.updated_at], (cursor, signal) =>
    answer(
      api.GET('/segments/{segment_id}/versions', {
        params: { path: { segment_id: segment.id }, query: { limit: PAGE, cursor, total: false } },
        signal,
      }),
    ),
  );
  return (
    <Card title={t('versions.title')} description={t('versions.text')}>
      <Stack gap="xl">
        {list.error && <ProblemAlert error={list.error} onRetry={list.refetch} />}
        {list.isPending && <Skeleton height={200} />}
        {list.rows.map(({ version, changed_at, changed_by, before, after }) => (
          <div key={version}>
            <Group gap="sm" mb="xs">
              <Title order={3} size="h5">
                {t('versions.version', { version })}
              </Title>
              {!before && (
                <Badge variant="light" tt="none">
                  {t(version === 1 ? 'versions.first' : 'versions.kept')}
                </Badge>
              )}
              <Text size="sm" c="dimmed">
                <Ago at={changed_at} /> {t('versions.by', { who: changed_by })}
              </Text>
            </Group>
            <DefinitionDiff before={before && definitionOf(before)} after={definitionOf(after)} />
          </div>
        ))}
        {list.hasMore && (
          <Group>
            <Button variant="default" size="sm" loading={list.isLoadingMore} onClick={list.loadMore}>
              {common('action.loadMore')}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
