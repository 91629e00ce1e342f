import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../../components/dialog';
import { ProblemAlert } from '../../../components/problem-alert';
import { DefinitionDiff } from '../definition-diff';
import type { Definition } from '../definition-lines';
import { fromApi } from '../rules/rule';
import { segmentQuery } from '../segment-queries';

/** Somebody else saved the segment in the meantime: what would change, and whose it is to be. */
export function ConflictDialog(props: {
  segmentId: string;
  mine: Definition;
  opened: boolean;
  onClose: () => void;
  /** Save anyway, over the version that was shown. */
  onOverwrite: (etag: string) => void;
  onLoadTheirs: () => void;
}) {
  const { t } = useTranslation('segments');
  const theirs = useQuery({ ...segmentQuery(props.segmentId), enabled: props.opened, staleTime: 0 });
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t('conflict.title')} size="lg" centered>
      <Stack>
        <Text size="sm">{t('conflict.text')}</Text>
        {theirs.error ? (
          <ProblemAlert error={theirs.error} onRetry={() => void theirs.refetch()} />
        ) : theirs.isFetching || !theirs.data ? (
          <Skeleton height={160} />
        ) : (
          <DefinitionDiff
            before={{
              name: theirs.data.segment.name,
              description: theirs.data.segment.description,
              filters: fromApi(theirs.data.segment.filters),
            }}
            after={props.mine}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            {t('conflict.keep')}
          </Button>
          <Button variant="default" disabled={!theirs.data || theirs.isFetching} onClick={props.onLoadTheirs}>
            {t('conflict.theirs')}
          </Button>
          <Button
            color="red"
            disabled={!theirs.data || theirs.isFetching}
            onClick={() => theirs.data && props.onOverwrite(theirs.data.etag)}
          >
            {t('conflict.mine')}
          </Button>
        </Group>
        <Text size="xs" c="dimmed" ta="right">
          {t('conflict.theirsHint')}
        </Text>
      </Stack>
    </Dialog>
  );
}
