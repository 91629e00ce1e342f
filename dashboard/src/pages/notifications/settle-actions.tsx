import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { done } from '../../components/notify';

type Notification = Schema<'NotificationView'>;
type Outcome = 'sent' | 'failed';

const LONGEST_REASON = 1000;

/** Says what became of it in a sender's place: for one that was delivered by hand, or never will be. */
export function SettleActions({ notification }: { notification: Notification }) {
  const { t } = useTranslation('notifications');
  const [asked, setAsked] = useState<Outcome>();
  const [reason, setReason] = useState('');
  const settle = useSettle(notification.id);
  const close = () => setAsked(undefined);
  return (
    <>
      <Button variant="default" leftSection={<IconCheck size={18} aria-hidden />} onClick={() => setAsked('sent')}>
        {t('settle.sent')}
      </Button>
      <Button variant="light" color="red" leftSection={<IconX size={18} aria-hidden />} onClick={() => setAsked('failed')}>
        {t('settle.failed')}
      </Button>
      <ConfirmDialog
        opened={asked === 'sent'}
        onClose={close}
        title={t('settle.askSent')}
        confirm={t('settle.sent')}
        onConfirm={() => settle('sent')}
      >
        {t('settle.sentText')}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'failed'}
        onClose={close}
        title={t('settle.askFailed')}
        confirm={t('settle.failed')}
        color="red"
        onConfirm={() => settle('failed', reason.trim() || undefined)}
      >
        <Stack gap="sm">
          <Text size="sm">{t('settle.failedText')}</Text>
          <TextInput
            label={t('settle.reason')}
            value={reason}
            maxLength={LONGEST_REASON}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Stack>
      </ConfirmDialog>
    </>
  );
}

function useSettle(id: string): (outcome: Outcome, error?: string) => Promise<void> {
  const { t } = useTranslation('notifications');
  const queries = useQueryClient();
  const once = useOnce();
  return async (outcome, error) => {
    const settled = await once({ id, outcome, error }, (key) => {
      const params = { path: { notification_id: id }, header: { 'Idempotency-Key': key } };
      return outcome === 'sent'
        ? read(api.POST('/notifications/{notification_id}/mark-sent', { params, body: {} }))
        : read(api.POST('/notifications/{notification_id}/mark-failed', { params, body: { error } }));
    });
    queries.setQueryData<Notification>(['notifications', id], settled);
    void queries.invalidateQueries({ queryKey: ['notifications'] });
    void queries.invalidateQueries({ queryKey: ['dispatches'] });
    done(t(`settle.done.${outcome}`));
  };
}
