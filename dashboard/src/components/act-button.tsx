import { Button, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAction } from './use-action';
import { useProblemText } from './use-problem-text';

/** Does something at once, without asking. While it is under way it cannot be done again; what goes wrong is said below it. */
export function ActButton(props: { label: string; icon: ReactNode; disabled?: boolean; act: () => Promise<void> }) {
  const text = useProblemText();
  const { run, isBusy, error } = useAction(props.act);
  return (
    <Stack gap={4}>
      <Button
        variant="default"
        leftSection={props.icon}
        loading={isBusy}
        disabled={props.disabled}
        onClick={() => void run()}
      >
        {props.label}
      </Button>
      {error && (
        <Text size="xs" c="var(--mantine-color-error)" maw="14rem" role="alert">
          {text(error)}
        </Text>
      )}
    </Stack>
  );
}
