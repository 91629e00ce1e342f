import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconBan, IconFlask, IconPlayerPause } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { useFormat } from '../../i18n/use-format';

type Dispatch = Schema<'DispatchView'>;

/** What has to be known before any figure is read: that it does not count, does not go on, or went wrong. */
export function DispatchNotice({ dispatch }: { dispatch: Dispatch }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const why = useReason(dispatch.error);
  const count = dispatch.targeted;
  return (
    <>
      {dispatch.kind === 'dry_run' && (
        <Alert color="grape" icon={<IconFlask aria-hidden />} title={t('notice.dryRun')}>
          {t('notice.dryRunText', { asOf: format.dateTime(dispatch.as_of) })}
        </Alert>
      )}
      {dispatch.kind === 'test' && (
        <Alert color="grape" icon={<IconFlask aria-hidden />} title={t('notice.test')}>
          {t('notice.testText', { count, formatted: format.number(count) })}
        </Alert>
      )}
      {dispatch.status === 'failed' && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t('notice.failed')}>
          {why}
        </Alert>
      )}
      {dispatch.status === 'paused' && (
        <Alert color="orange" icon={<IconPlayerPause aria-hidden />} title={t('notice.paused')}>
          {t('notice.pausedText')}
        </Alert>
      )}
      {dispatch.status === 'cancelled' && (
        <Alert color="gray" icon={<IconBan aria-hidden />} title={t('notice.cancelled')}>
          {why || t('notice.cancelledText')}
        </Alert>
      )}
    </>
  );
}

/** Why it failed: in the reader's language where that happens to anybody, in the service's words otherwise. */
function useReason(error: Dispatch['error']): string {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  if (!error) return '';
  const { type, expected, targeted } = error;
  if (type === 'audience-moved' && expected !== undefined && targeted !== undefined)
    return t('notice.moved', { expected: format.number(expected), targeted: format.number(targeted) });
  if (type === 'campaign-expired') return t('notice.expired');
  return error.detail;
}
