import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useProblemText } from './use-problem-text';

/** Does something at once, without asking. While it is under way it cannot be done again; what goes wrong is said below it. */
export function ActButton(props: { label: string; icon: ReactNode; disabled?: boolean; act: () => Promise<void> }) {
  const text = useProblemText();
  const { mutate, isPending, error } = useMutation({ mutationFn: () => props.act() });
  return (
    <Stack gap={4}>
      <Button
        variant="default"
        leftSection={props.icon}
        loading={isPending}
        disabled={props.disabled}
        onClick={() => mutate()}
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
