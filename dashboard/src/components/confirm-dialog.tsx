import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog';
import { ProblemAlert } from './problem-alert';
import { useAction } from './use-action';

/**
 * Asks once more before what cannot be taken back. With `expected` it has to be typed: the name, or the number, of what is at stake. The
 * button works once; it works again after a problem.
 */
export function ConfirmDialog(props: {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  confirm: string;
  expected?: string;
  color?: string;
  onConfirm: () => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const { run, isBusy, error, forget } = useAction(async () => {
    await props.onConfirm();
    setTyped('');
    props.onClose();
  });
  const close = () => {
    if (isBusy) return;
    setTyped('');
    forget();
    props.onClose();
  };
  const matches = props.expected === undefined || typed.trim() === props.expected;
  return (
    <Dialog opened={props.opened} onClose={close} title={props.title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (matches && props.opened) void run(); // not while it goes away either
        }}
      >
        <Stack gap="md">
          <Text size="sm" component="div">
            {props.children}
          </Text>
          {props.expected !== undefined && (
            <TextInput
              label={t('confirm.type', { expected: props.expected })}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              error={
                typed && !props.expected.startsWith(typed.trim())
                  ? t('confirm.mismatch', { expected: props.expected })
                  : undefined
              }
              autoComplete="off"
              data-autofocus
            />
          )}
          {error && <ProblemAlert error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} disabled={isBusy}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" color={props.color} loading={isBusy} disabled={!matches}>
              {props.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
