import { Button, Group, Loader, Text, VisuallyHidden } from '@mantine/core';
import { IconPlayerStop, IconSparkles } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ModelCall } from './use-model-call';

/** Asks the model, or stops it; what it is doing is said beside. */
export function AskModel(props: {
  label: string;
  phase: ModelCall<unknown, unknown>['phase'];
  disabled?: boolean;
  onAsk: () => void;
  onStop: () => void;
}) {
  const { t } = useTranslation('ai');
  const isAsking = props.phase === 'asking' || props.phase === 'slow';
  return (
    <Group gap="xs">
      {/* one button, so that the focus stays; the second of two quick clicks does not stop what the first began */}
      <Button
        variant={isAsking ? 'default' : 'light'}
        leftSection={isAsking ? <IconPlayerStop size={16} aria-hidden /> : <IconSparkles size={16} aria-hidden />}
        disabled={!isAsking && props.disabled}
        onClick={(event) => {
          if (event.detail > 1) return;
          if (isAsking) props.onStop();
          else props.onAsk();
        }}
      >
        {isAsking ? t('stop') : props.label}
      </Button>
      {isAsking && <Loader size="sm" type="dots" aria-hidden />}
      <Text size="sm" c="dimmed" role="status">
        {/* what has come is seen by whoever sees */}
        {props.phase === 'done' && <VisuallyHidden>{t('done')}</VisuallyHidden>}
        {props.phase !== 'idle' && props.phase !== 'done' && props.phase !== 'failed' && t(props.phase)}
      </Text>
    </Group>
  );
}
