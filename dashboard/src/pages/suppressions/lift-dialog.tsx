import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/client';
import { ApiProblem } from '../../api/problem';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { done } from '../../components/notify';

/** Lifts a suppression. One that is gone already is lifted too. */
export function LiftDialog({ suppression, onClose }: { suppression?: Schema<'SuppressionView'>; onClose: () => void }) {
  const { t } = useTranslation(['suppressions', 'common']);
  const queries = useQueryClient();
  async function lift(): Promise<void> {
    if (!suppression) return;
    try {
      await api.DELETE('/suppressions/{suppression_id}', { params: { path: { suppression_id: suppression.id } } });
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.type !== 'suppression-not-found') throw error;
    }
    await queries.invalidateQueries({ queryKey: ['suppressions'] });
    done(t('lift.done'));
  }
  const [shown, setShown] = useState(suppression); // also while the dialog goes away
  if (suppression && suppression !== shown) setShown(suppression);
  const customer = shown?.user_id.slice(0, 8) ?? '';
  return (
    <ConfirmDialog
      opened={suppression !== undefined}
      onClose={onClose}
      title={t('lift.title')}
      confirm={t('lift.open')}
      color="red"
      onConfirm={lift}
    >
      {shown?.channel
        ? t('lift.text', { customer, channel: t(`common:channel.${shown.channel}`) })
        : t('lift.textAll', { customer })}
    </ConfirmDialog>
  );
}
