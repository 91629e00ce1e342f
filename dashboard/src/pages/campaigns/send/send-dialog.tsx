import { Alert, Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { IconSend, IconUserOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { useOnce } from '../../../api/idempotency-key';
import { ApiProblem } from '../../../api/problem';
import { Dialog } from '../../../components/dialog';
import { ProblemAlert } from '../../../components/problem-alert';
import { Waterfall } from '../../../components/waterfall';
import { useFormat } from '../../../i18n/use-format';
import { useDryRun } from '../audience/use-dry-run';
import { useStepName } from '../audience/use-step-name';
import type { Campaign } from '../campaign-calls';
import { AudienceMoved } from './audience-moved';
import classes from './send.module.css';
import { isTypedNumber, mustType } from './typed-number';
import { useSend } from './use-send';

interface SendProps {
  campaign: Campaign;
  once: ReturnType<typeof useOnce>;
  onClose: () => void;
}

/** Sends a campaign: shows whom it reaches, asks for the number where it is large, and sends to exactly as many. */
export function SendDialog({ opened, ...props }: SendProps & { opened: boolean }) {
  const { t } = useTranslation(['campaigns', 'common']);
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('send.title', { name: props.campaign.name })} size="lg">
      <SendForm {...props} />
    </Dialog>
  );
}

function SendForm({ campaign, once, onClose }: SendProps) {
  const { t } = useTranslation(['campaigns', 'common']);
  const format = useFormat();
  const navigate = useNavigate();
  const nameOf = useStepName();
  const run = useDryRun(campaign.id, 'send', { enabled: true, kept: false });
  const [typed, setTyped] = useState('');
  const sending = useSend(campaign.id, once, () => {
    // the new number is looked at, and asked for, again
    setTyped('');
    void run.refetch();
  });
  const field = useRef<HTMLInputElement>(null);

  const customers = run.isFetching || run.error ? undefined : run.data?.targeted;
  const shown = customers === undefined ? '' : format.number(customers);
  const asksNumber = customers !== undefined && mustType(customers);
  const isConfirmed = customers !== undefined && customers > 0 && (!asksNumber || isTypedNumber(typed, customers, shown));
  const problem = sending.error instanceof ApiProblem ? sending.error : undefined;
  const moved = problem?.type === 'audience-moved' ? problem : undefined;

  useEffect(() => {
    if (asksNumber) field.current?.focus();
  }, [asksNumber]);

  async function send(): Promise<void> {
    if (!isConfirmed) return;
    const dispatch = await sending.run(customers);
    if (dispatch) void navigate(`/dispatches/${dispatch.id}`);
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Stack gap="md">
        {/* the keyboard begins here, where nothing can be pressed by mistake */}
        <div tabIndex={-1} data-autofocus className={classes.start} role="status">
          {customers === undefined ? (
            !run.error && <Text>{t('send.looking')}</Text>
          ) : (
            <Text fz="1.5rem" fw={650} lh={1.3} className="numbers">
              {t('send.goesTo', { count: customers, formatted: shown })}
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {t('send.by', { channel: t(`common:channel.${campaign.channel}`) })}
          </Text>
        </div>
        {moved && <AudienceMoved problem={moved} />}
        {run.error ? (
          <ProblemAlert error={run.error} onRetry={() => void run.refetch()} />
        ) : (
          <div className={classes.wait}>
            {customers === undefined || !run.data ? (
              <Group justify="center" align="center" className={classes.wait}>
                <Loader type="dots" aria-hidden />
              </Group>
            ) : (
              <Waterfall dispatch={run.data} nameOf={nameOf} />
            )}
          </div>
        )}
        {customers === 0 && (
          <Alert color="orange" icon={<IconUserOff aria-hidden />} title={t('send.nobody')}>
            {t('send.nobodyText')}
          </Alert>
        )}
        {asksNumber && (
          <TextInput
            ref={field}
            label={t('send.type', { number: shown })}
            description={t('send.typeHint')}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            inputMode="numeric"
            autoComplete="off"
            disabled={sending.isBusy}
          />
        )}
        {sending.error && !moved && <ProblemAlert error={sending.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={sending.isBusy}>
            {t('common:action.cancel')}
          </Button>
          <Button
            type="submit"
            leftSection={<IconSend size={18} aria-hidden />}
            disabled={!isConfirmed}
            loading={sending.isBusy}
          >
            {customers === undefined ? t('send.send') : t('send.sendTo', { count: customers, formatted: shown })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
