import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './problem-alert';

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
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const close = () => {
    if (busy) return;
    setTyped('');
    setProblem(undefined);
    props.onClose();
  };
  async function confirm(): Promise<void> {
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await props.onConfirm();
      setTyped('');
      props.onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }
  const matches = props.expected === undefined || typed.trim() === props.expected;
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={props.title}
      centered
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (matches) void confirm();
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
          {problem !== undefined && <ProblemAlert error={problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} disabled={busy}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" color={props.color} loading={busy} disabled={!matches}>
              {props.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
