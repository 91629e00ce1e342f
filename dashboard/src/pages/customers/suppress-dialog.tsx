import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { CHANNELS, REASONS } from '../../api/values';
import { Dialog } from '../../components/dialog';
import { done } from '../../components/notify';
import { ProblemAlert } from '../../components/problem-alert';
import { useAction } from '../../components/use-action';
import { endOfDay, tomorrow } from '../../i18n/local-time';

type Suppression = Schema<'CreateSuppression'>;

/** Keeps a customer from being messaged, in one channel or in all, for good or until a day. */
export function SuppressDialog({ id, opened, onClose }: { id: string; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('customers');
  return (
    <Dialog opened={opened} onClose={onClose} title={t('suppress.title')} centered>
      <SuppressForm id={id} onClose={onClose} />
    </Dialog>
  );
}

function SuppressForm({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('customers');
  const { t: common } = useTranslation();
  const [channel, setChannel] = useState('');
  const [reason, setReason] = useState<Suppression['reason']>('requested');
  const [lastDay, setLastDay] = useState('');
  const queries = useQueryClient();
  const once = useOnce();
  const { run, isBusy, error } = useAction(
    async () => {
      const body: Suppression = {
        user_id: id,
        channel: CHANNELS.find((name) => name === channel) ?? null,
        reason,
        expires_at: lastDay ? endOfDay(lastDay) : null,
      };
      await once(body, (key) => read(api.POST('/suppressions', { params: { header: { 'Idempotency-Key': key } }, body })));
      await queries.invalidateQueries({ queryKey: ['suppressions'] });
      done(t('suppress.done'));
      onClose();
    },
    { untilDone: true },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="md">
        <Text size="sm">{t('suppress.text')}</Text>
        <NativeSelect
          label={t('suppress.channel')}
          value={channel}
          onChange={(event) => setChannel(event.currentTarget.value)}
          data={[
            { value: '', label: t('suppressions.everyChannel') },
            ...CHANNELS.map((value) => ({ value, label: common(`channel.${value}`) })),
          ]}
          data-autofocus
        />
        <NativeSelect
          label={t('suppress.reason')}
          value={reason}
          onChange={(event) => setReason(REASONS.find((name) => name === event.currentTarget.value) ?? 'other')}
          data={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
        />
        <TextInput
          type="date"
          label={t('suppress.until')}
          description={t('suppress.untilHint')}
          min={tomorrow(new Date())}
          value={lastDay}
          onChange={(event) => setLastDay(event.currentTarget.value)}
        />
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {common('action.cancel')}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t('suppress.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
