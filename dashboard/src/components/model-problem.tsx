import { Alert, Button, Text } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../api/problem';
import { ProblemAlert } from './problem-alert';

const MODEL_PROBLEMS = [
  'model-unavailable',
  'model-missing',
  'model-too-slow',
  'model-busy',
  'model-answer-invalid',
] as const;

/** Why the model gave no answer. That it is down is no fault of what is being written, which goes on without it. */
export function ModelProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation(['ai', 'common']);
  const type = error instanceof ApiProblem ? MODEL_PROBLEMS.find((name) => name === error.type) : undefined;
  if (!type) return <ProblemAlert error={error} onRetry={onRetry} />;
  return (
    <Alert color="orange" icon={<IconSparkles aria-hidden />} title={t('down')} role="alert">
      <Text size="sm">{t(`problem.${type}`)}</Text>
      <Button mt="xs" size="xs" variant="default" onClick={onRetry}>
        {t('common:action.retry')}
      </Button>
    </Alert>
  );
}
