import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { CHANNELS, REASONS } from '../../api/values';
import { useOnce } from '../../api/idempotency-key';
import { ApiProblem } from '../../api/problem';
import { Dialog } from '../../components/dialog';
import { done } from '../../components/notify';
import { ProblemAlert } from '../../components/problem-alert';
import { useAction } from '../../components/use-action';
import { oneOf } from '../../components/url-filters';
import { fromLocal } from '../../i18n/local-time';
import { customerOf, laterThan } from './suppression-form';

const EMPTY = { customer: '', channel: '', reason: 'requested', source: '', until: '' };
const LONGEST_SOURCE = 200;

/** Suppresses a customer, by id or by address. */
export function AddDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['suppressions', 'common']);
  return (
    <Dialog opened={opened} onClose={onClose} title={t('add.title')} centered>
      <AddForm onClose={onClose} />
    </Dialog>
  );
}

function AddForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['suppressions', 'common']);
  const [form, setForm] = useState(EMPTY);
  const [isTried, setIsTried] = useState(false);
  const [isUntilWrong, setIsUntilWrong] = useState(false);
  const change = (part: Partial<typeof EMPTY>) => setForm((before) => ({ ...before, ...part }));
  const customer = customerOf(form.customer);
  const { run, isBusy, error } = useSuppress(onClose);
  const problem = error instanceof ApiProblem ? error : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (customer && !isUntilWrong) void run(form);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t('add.customer')}
          description={t('add.customerHint')}
          value={form.customer}
          onChange={(event) => change({ customer: event.currentTarget.value })}
          error={
            isTried && !customer ? t('add.noCustomer') : (problem?.fieldError('/user_id') ?? problem?.fieldError('/email'))
          }
          autoComplete="off"
          spellCheck={false}
          required
          data-autofocus
        />
        <NativeSelect
          label={t('list.channel')}
          value={form.channel}
          onChange={(event) => change({ channel: event.currentTarget.value })}
          data={[
            { value: '', label: t('allChannels') },
            ...CHANNELS.map((value) => ({ value, label: t(`common:channel.${value}`) })),
          ]}
        />
        <NativeSelect
          label={t('list.reason')}
          value={form.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
          data={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
        />
        <TextInput
          label={t('add.source')}
          description={t('add.sourceHint')}
          value={form.source}
          maxLength={LONGEST_SOURCE}
          onChange={(event) => change({ source: event.currentTarget.value })}
          error={problem?.fieldError('/source')}
        />
        <TextInput
          type="datetime-local"
          label={t('add.until')}
          description={t('add.untilHint')}
          value={form.until}
          onChange={(event) => {
            const until = event.currentTarget.value;
            change({ until });
            setIsUntilWrong(until !== '' && !laterThan(until, Date.now()));
          }}
          error={isUntilWrong ? t('add.past') : problem?.fieldError('/expires_at')}
        />
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t('add.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useSuppress(onDone: () => void) {
  const { t } = useTranslation('suppressions');
  const queries = useQueryClient();
  const once = useOnce();
  return useAction(
    async (form: typeof EMPTY) => {
      const body = {
        ...customerOf(form.customer),
        channel: oneOf(CHANNELS, form.channel) ?? null,
        reason: oneOf(REASONS, form.reason) ?? ('other' as const),
        source: form.source.trim() || null,
        expires_at: fromLocal(form.until),
      };
      await once(body, (key) => answer(api.POST('/suppressions', { params: { header: { 'Idempotency-Key': key } }, body })));
      await queries.invalidateQueries({ queryKey: ['suppressions'] });
      done(t('add.done'));
      onDone();
    },
    { untilDone: true },
  );
}
