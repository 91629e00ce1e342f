import { Anchor, Button, Group, Table, VisuallyHidden } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, read, type Schema } from '../../api/client';
import { Card } from '../../components/card';
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
    <div className={classes.scroll} role="region" aria-label={t('failures.title')} tabIndex={0}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('failures.why')}</Table.Th>
            <Table.Th className={classes.number}>{t('failures.givenUp')}</Table.Th>
            <Table.Th className={classes.number}>{t('failures.retrying')}</Table.Th>
            <Table.Th>{t('failures.last')}</Table.Th>
            <Table.Th>{t('failures.examples')}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t('failures.action')}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groups.map((group) => (
            <Table.Tr key={group.error ?? ''}>
              <Table.Td className={classes.why}>{group.error ?? t('failures.noReason')}</Table.Td>
              <Table.Td className={classes.number}>{format.number(group.failed)}</Table.Td>
              <Table.Td className={classes.number}>{format.number(group.retrying)}</Table.Td>
              <Table.Td>{group.last_at ? <Ago at={group.last_at} /> : '–'}</Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  {group.examples.map((id) => (
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
              </Table.Td>
              <Table.Td className={classes.number}>
                {onRedrive && group.failed > 0 && (
                  <Button size="xs" variant="light" onClick={() => onRedrive(group)}>
                    {t('failures.redrive')}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
