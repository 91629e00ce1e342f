import { Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { done } from '../../components/notify';
import { useFormat } from '../../i18n/use-format';
import { dispatchKey } from './live/use-live-dispatch';

type Dispatch = Schema<'DispatchView'>;
type Failures = Schema<'FailureGroup'>;

/** Has what was given up tried again: all of it, or what failed for one reason. */
export function RedriveDialog(props: { dispatch: Dispatch; asked: 'all' | Failures | undefined; onClose: () => void }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const queries = useQueryClient();
  const once = useOnce();
  const [asked, setAsked] = useState(props.asked); // also while the dialog goes away
  if (props.asked && props.asked !== asked) setAsked(props.asked);
  const { id } = props.dispatch;
  const count = asked === 'all' ? props.dispatch.progress.failed : (asked?.failed ?? 0);
  async function redrive(): Promise<void> {
    const body = asked === undefined || asked === 'all' ? {} : { error: asked.error };
    const { redriven } = await once({ id, body }, (key) =>
      read(
        api.POST('/dispatches/{dispatch_id}/redrive', {
          params: { path: { dispatch_id: id }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    );
    await queries.invalidateQueries({ queryKey: dispatchKey(id) });
    void queries.invalidateQueries({ queryKey: ['dispatches', 'list'] });
    done(t('failures.redriven', { count: redriven, formatted: format.number(redriven) }));
  }
  return (
    <ConfirmDialog
      opened={props.asked !== undefined}
      onClose={props.onClose}
      title={t('failures.ask', { count, formatted: format.number(count) })}
      confirm={t('failures.redrive')}
      onConfirm={redrive}
    >
      <Stack gap="xs">
        {asked !== 'all' && asked && <Text fw={550}>{asked.error ?? t('failures.noReason')}</Text>}
        {t('failures.askText')}
      </Stack>
    </ConfirmDialog>
  );
}
