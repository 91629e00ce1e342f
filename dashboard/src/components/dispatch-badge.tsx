import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../api/client';
import { phaseOf } from './dispatch-progress';
import { StatusBadge } from './status-badge';

/** How far a dispatch is. */
export const DispatchBadge = ({ dispatch }: { dispatch: Schema<'DispatchView'> }) => (
  <StatusBadge status={phaseOf(dispatch)} />
);

/** That a dispatch is none that counts; nothing of one that does. */
export function DispatchKindBadge({ kind }: { kind: Schema<'DispatchView'>['kind'] }) {
  const { t } = useTranslation();
  if (kind === 'campaign') return null;
  return (
    <Badge color="grape" variant="light" tt="none" miw="max-content">
      {t(`kind.${kind}`)}
    </Badge>
  );
}
