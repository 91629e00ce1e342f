import { Anchor, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, read } from '../../../api/client';
import { useOnce } from '../../../api/idempotency-key';
import { Dialog } from '../../../components/dialog';
import { ProblemAlert } from '../../../components/problem-alert';
import { useAction } from '../../../components/use-action';
import { useFormat } from '../../../i18n/use-format';
import type { Dispatch } from '../campaign-calls';
import { CustomerSelect } from '../message/customer-select';
import { idsIn } from './ids';

const MOST = 100;

/** The message to a few customers by name, to look at it. It never counts as the campaign. */
export function TestSendDialog({ opened, ...props }: { campaignId: string; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['campaigns', 'common']);
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('test.title')} size="lg">
      <TestSendForm {...props} />
    </Dialog>
  );
}

function TestSendForm({ campaignId, onClose }: { campaignId: string; onClose: () => void }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const format = useFormat();
  const once = useOnce();
  const [text, setText] = useState('');
  const [sent, setSent] = useState<Dispatch>();
  const { ids, wrong } = idsIn(text);

  const { run, isBusy, error } = useAction(async () => {
    setSent(undefined);
    const dispatch = await once(['test', campaignId, ids], (key) =>
      read(
        api.POST('/campaigns/{campaign_id}/test-send', {
          params: { path: { campaign_id: campaignId }, header: { 'Idempotency-Key': key, Prefer: 'wait=20' } },
          body: { user_ids: ids },
        }),
      ),
    );
    setSent(dispatch);
  });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ids.length > 0) void run();
      }}
    >
      <Stack gap="md">
        <Text size="sm">{t('test.text')}</Text>
        <CustomerSelect
          label={t('test.find')}
          placeholder={t('test.findExample')}
          value={null}
          offered={[]}
          onChange={(id) => {
            if (id && !ids.includes(id)) setText((before) => `${before.trimEnd()}${before.trim() ? '\n' : ''}${id}\n`);
          }}
        />
        <Textarea
          label={t('test.ids')}
          description={t('test.idsHint')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={
            wrong.length > 0
              ? t('test.wrong', { ids: format.list(wrong.slice(0, 3)) })
              : ids.length > MOST
                ? t('test.tooMany', { formatted: format.number(MOST) })
                : undefined
          }
          rows={4}
          spellCheck={false}
          autoComplete="off"
        />
        {error && <ProblemAlert error={error} />}
        <div role="status">
          {sent && (
            <Text size="sm">
              {t('test.sent', { count: sent.targeted, formatted: format.number(sent.targeted) })}{' '}
              {sent.reasons.suppressed > 0 &&
                t('test.suppressed', {
                  count: sent.reasons.suppressed,
                  formatted: format.number(sent.reasons.suppressed),
                })}{' '}
              <Anchor component={Link} to={`/dispatches/${sent.id}`} size="sm">
                {t('test.watch')}
              </Anchor>
            </Text>
          )}
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.close')}
          </Button>
          <Button
            type="submit"
            leftSection={<IconFlask size={18} aria-hidden />}
            loading={isBusy}
            disabled={ids.length === 0 || ids.length > MOST || wrong.length > 0}
          >
            {t('test.send', { count: ids.length, formatted: format.number(ids.length) })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
