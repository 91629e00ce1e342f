import { Anchor, Button, Group, VisuallyHidden } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, read, type Schema } from '../../api/client';
import { Card } from '../../components/card';
import { DataTable } from '../../components/data-table';
import { actionsOf, isOver } from '../../components/dispatch-progress';
import { ProblemAlert } from '../../components/problem-alert';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import classes from './failures-card.module.css';
import { dispatchKey } from './live/use-live-dispatch';
import { RedriveDialog } from './redrive-dialog';

type Dispatch = Schema<'DispatchView'>;
type Failures = Schema<'FailureGroup'>;

const WHILE_MOVING_MS = 5_000;

/** What failed, by why, and the way to try it again. Not there where nothing failed. */
export function FailuresCard({ dispatch }: { dispatch: Dispatch }) {
  const { t } = useTranslation('dispatches');
  const [asked, setAsked] = useState<'all' | Failures>();
  const isAny = dispatch.progress.failed + dispatch.retrying > 0;
  const { data, error, refetch } = useQuery({
    // the last look is one after its end
    queryKey: [...dispatchKey(dispatch.id), 'failures', isOver(dispatch)],
    queryFn: ({ signal }) =>
      read(api.GET('/dispatches/{dispatch_id}/failures', { params: { path: { dispatch_id: dispatch.id } }, signal })),
    enabled: isAny,
    refetchInterval: isOver(dispatch) ? false : WHILE_MOVING_MS,
    placeholderData: (before) => before,
  });
  if (!isAny) return null;
  const canRedrive = actionsOf(dispatch).canRedrive;
  return (
    <Card
      title={t('failures.title')}
      description={t('failures.lead')}
      actions={
        canRedrive &&
        dispatch.progress.failed > 0 && (
          <Button variant="default" leftSection={<IconRefresh size={18} aria-hidden />} onClick={() => setAsked('all')}>
            {t('failures.redriveAll')}
          </Button>
        )
      }
    >
      {error && !data && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <Groups groups={data ?? []} onRedrive={canRedrive ? setAsked : undefined} />
      <RedriveDialog dispatch={dispatch} asked={asked} onClose={() => setAsked(undefined)} />
    </Card>
  );
}

function Groups({ groups, onRedrive }: { groups: Failures[]; onRedrive?: (group: Failures) => void }) {
  const { t } = useTranslation(['dispatches', 'common']);
  const format = useFormat();
  return (
    <DataTable
      label={t('failures.title')}
      rows={groups}
      rowKey={({ error }) => error ?? ''}
      columns={[
        {
          key: 'why',
          label: t('failures.why'),
          className: classes.why,
          render: ({ error }) => error ?? t('failures.noReason'),
        },
        { key: 'givenUp', label: t('failures.givenUp'), isNumber: true, render: ({ failed }) => format.number(failed) },
        {
          key: 'retrying',
          label: t('failures.retrying'),
          isNumber: true,
          render: ({ retrying }) => format.number(retrying),
        },
        { key: 'last', label: t('failures.last'), render: ({ last_at }) => (last_at ? <Ago at={last_at} /> : '–') },
        {
          key: 'examples',
          label: t('failures.examples'),
          render: ({ examples }) => (
            <Group gap="xs" wrap="nowrap">
              {examples.map((id) => (
                <Anchor
                  key={id}
                  component={Link}
                  to={`/notifications/${encodeURIComponent(id)}`}
                  ff="monospace"
                  size="sm"
                  title={id}
                >
                  {(id.split(':')[1] ?? id).slice(0, 8)}
                </Anchor>
              ))}
            </Group>
          ),
        },
        {
          key: 'action',
          label: <VisuallyHidden>{t('failures.action')}</VisuallyHidden>,
          isNumber: true,
          render: (group) =>
            onRedrive &&
            group.failed > 0 && (
              <Button size="xs" variant="light" onClick={() => onRedrive(group)}>
                {t('failures.redrive')}
              </Button>
            ),
        },
      ]}
    />
  );
}
