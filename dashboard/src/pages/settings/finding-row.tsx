import { Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconExclamationCircle, IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { CodeBlock } from '../../components/copyable';
import { isToRun } from './findings';
import classes from './settings.module.css';

const LOOKS = {
  error: { icon: IconExclamationCircle, color: 'red' },
  warning: { icon: IconAlertTriangle, color: 'orange' },
  info: { icon: IconInfoCircle, color: 'blue' },
  ok: { icon: IconCheck, color: 'green' },
} as const;

/** A finding in the doctor's own words, with what would help. */
export function FindingRow({ finding }: { finding: Schema<'FindingView'> }) {
  const { t } = useTranslation('settings');
  const { level, subject, message, remedy } = finding;
  const { icon: Icon, color } = LOOKS[level];
  return (
    <li>
      <ThemeIcon variant="light" color={color} size={28} radius="xl">
        <Icon size={16} aria-hidden />
      </ThemeIcon>
      <div className={classes.finding}>
        <Text size="sm" lang="en">
          <Text span ff="monospace" size="xs" fw={600}>
            {subject}
          </Text>{' '}
          {message}
        </Text>
        {remedy !== undefined &&
          (isToRun(remedy) ? (
            <>
              <Text size="xs" c="dimmed" mt={6} mb={4}>
                {t('diagnosis.run')}
              </Text>
              <CodeBlock code={remedy} what={t('diagnosis.remedyFor', { subject })} />
            </>
          ) : (
            <Text size="sm" c="dimmed" mt={4} lang="en">
              {remedy}
            </Text>
          ))}
      </div>
    </li>
  );
}
