import { Alert, Button, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../api/client';
import { ApiProblem } from '../api/problem';
import { useAction } from '../components/use-action';
import { useProblemText } from '../components/use-problem-text';
import { Logo } from '../layout/logo';
import { session } from './session';
import classes from './sign-in.module.css';

/** Asks for a token, and whether the service takes it. */
export function SignIn({ expired = false }: { expired?: boolean }) {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const text = useProblemText();
  const { run, isBusy, error } = useAction(async (given: string) => {
    const me = await read(api.GET('/me', { headers: { Authorization: `Bearer ${given}` } }));
    if (me.role !== 'admin') throw new Error(t('signIn.notAdmin'));
    session.start(given);
  });
  const isRefused = error instanceof ApiProblem && (error.status === 401 || error.status === 403);

  return (
    <main className={classes.screen}>
      <form
        className={classes.card}
        onSubmit={(event) => {
          event.preventDefault();
          void run(token.trim());
        }}
      >
        <Stack gap="md">
          <Group gap="sm">
            <Logo size={36} />
            <Title order={1} size="h2">
              {t('signIn.title')}
            </Title>
          </Group>
          {expired && (
            <Alert color="orange" icon={<IconClockExclamation aria-hidden />}>
              {t('signIn.expired')}
            </Alert>
          )}
          <Text c="dimmed" size="sm">
            {t('signIn.lead')}
          </Text>
          <PasswordInput
            label={t('signIn.token')}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            error={isRefused ? t('signIn.refused') : error && text(error)}
            autoComplete="current-password"
            spellCheck={false}
            required
            withAsterisk={false}
            data-autofocus
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
          />
          <Button type="submit" loading={isBusy} disabled={!token.trim()} fullWidth>
            {t('signIn.submit')}
          </Button>
          <Text c="dimmed" size="xs">
            {t('signIn.where')}
          </Text>
        </Stack>
      </form>
    </main>
  );
}
