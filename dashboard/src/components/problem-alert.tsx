import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../api/problem';
import { useProblemText } from './use-problem-text';

/** What went wrong, what can be done about it, and the name of the request for whoever looks into the log. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = useProblemText();
  const problem = error instanceof ApiProblem ? error : undefined;
  const requestId = problem?.body.request_id;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t('problem.title')} role="alert">
      <Stack gap="xs">
        <Text size="sm">{text(error)}</Text>
        {problem && problem.errors.length > 0 && (
          <List size="sm">
            {problem.errors.map(({ pointer, detail }) => (
              <List.Item key={`${pointer} ${detail}`}>
                <code>{pointer}</code> {detail}
              </List.Item>
            ))}
          </List>
        )}
        <Group gap="sm">
          {onRetry && (
            <Button size="xs" variant="default" onClick={onRetry}>
              {t('action.retry')}
            </Button>
          )}
          {requestId && (
            <Text size="xs" c="dimmed">
              {t('problem.requestId', { id: requestId })}
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
