import { Alert, Button, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../api/client';
import { ApiProblem } from '../api/problem';
import { Logo } from '../layout/logo';
import { session } from './session';
import classes from './sign-in.module.css';

/** Asks for a token, and whether the service takes it. */
export function SignIn({ expired = false }: { expired?: boolean }) {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const me = await read(api.GET('/me', { headers: { Authorization: `Bearer ${token.trim()}` } }));
      if (me.role === 'admin') session.start(token.trim());
      else setProblem(t('signIn.notAdmin'));
    } catch (error) {
      const refused = error instanceof ApiProblem && (error.status === 401 || error.status === 403);
      setProblem(
        refused ? t('signIn.refused') : error instanceof ApiProblem && error.status ? error.detail : t('problem.offline'),
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={classes.screen}>
      <form className={classes.card} onSubmit={(event) => void submit(event)}>
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
            error={problem}
            autoComplete="current-password"
            spellCheck={false}
            required
            withAsterisk={false}
            data-autofocus
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
          />
          <Button type="submit" loading={busy} disabled={!token.trim()} fullWidth>
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
