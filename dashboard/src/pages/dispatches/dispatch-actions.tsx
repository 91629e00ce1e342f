import { Button } from '@mantine/core';
import { IconBan, IconDownload, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { ActButton } from '../../components/act-button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { actionsOf } from '../../components/dispatch-progress';
import { saveFile } from '../../components/download';
import { done } from '../../components/notify';
import { useFormat } from '../../i18n/use-format';
import { dispatchKey } from './live/use-live-dispatch';

type Dispatch = Schema<'DispatchView'>;

const ADDRESSES = {
  pause: '/dispatches/{dispatch_id}/pause',
  resume: '/dispatches/{dispatch_id}/resume',
  cancel: '/dispatches/{dispatch_id}/cancel',
} as const;
type Action = keyof typeof ADDRESSES;

/** A longer name is nothing to type: the number of the dispatch is typed instead. */
const LONGEST_TYPED = 40;

/** Holds it, lets it go on, ends it; and the list of who got it. */
export function DispatchActions({ dispatch }: { dispatch: Dispatch }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const [isCancelling, setIsCancelling] = useState(false);
  const act = useDispatchAction(dispatch.id);
  const { canPause, canResume, canCancel } = actionsOf(dispatch);
  const { sent, failed, cancelled } = dispatch.progress;
  const count = Math.max(0, dispatch.targeted - sent - failed - cancelled);
  return (
    <>
      {canResume && (
        <ActButton label={t('action.resume')} icon={<IconPlayerPlay size={18} aria-hidden />} act={() => act('resume')} />
      )}
      {canPause && (
        <ActButton label={t('action.pause')} icon={<IconPlayerPause size={18} aria-hidden />} act={() => act('pause')} />
      )}
      {dispatch.kind !== 'dry_run' && (
        <ActButton
          label={t('action.csv')}
          icon={<IconDownload size={18} aria-hidden />}
          disabled={dispatch.queued === 0}
          act={() => download(dispatch.id)}
        />
      )}
      {canCancel && (
        <Button
          variant="light"
          color="red"
          leftSection={<IconBan size={18} aria-hidden />}
          onClick={() => setIsCancelling(true)}
        >
          {t('action.cancel')}
        </Button>
      )}
      <ConfirmDialog
        opened={isCancelling}
        onClose={() => setIsCancelling(false)}
        title={t('cancel.title')}
        confirm={t('action.cancel')}
        color="red"
        expected={dispatch.campaign_name.length <= LONGEST_TYPED ? dispatch.campaign_name : dispatch.id}
        onConfirm={() => act('cancel')}
      >
        {dispatch.resolved_at ? t('cancel.text', { count, formatted: format.number(count) }) : t('cancel.textEarly')}
      </ConfirmDialog>
    </>
  );
}

function useDispatchAction(id: string): (action: Action) => Promise<void> {
  const { t } = useTranslation('dispatches');
  const queries = useQueryClient();
  const once = useOnce();
  return async (action) => {
    const changed = await once({ id, action }, (key) =>
      read(
        api.POST(ADDRESSES[action], {
          params: { path: { dispatch_id: id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    );
    queries.setQueryData<Dispatch>(dispatchKey(id), changed);
    void queries.invalidateQueries({ queryKey: ['dispatches', 'list'] });
    done(t(`done.${action}`));
  };
}

async function download(id: string): Promise<void> {
  const params = { path: { dispatch_id: id } };
  const { data } = await api.GET('/dispatches/{dispatch_id}/notifications.csv', { params, parseAs: 'blob' });
  if (data) saveFile(data, `dispatch-${id}.csv`);
}
