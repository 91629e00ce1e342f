import { Button, Text, ThemeIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconShieldCheck, IconShieldLock, IconShieldX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client';
import { Card } from '../../components/card';
import { ProblemAlert } from '../../components/problem-alert';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import classes from './audit.module.css';

/** Checks, when asked, that nobody has altered what is written here. */
export function Verification() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const check = useQuery({
    queryKey: ['audit-verification'],
    queryFn: ({ signal }) => read(api.GET('/audit/verification', { signal })),
    enabled: false,
  });
  const found = check.data;
  const [Icon, color] = !found
    ? [IconShieldLock, 'indigo']
    : found.intact
      ? [IconShieldCheck, 'teal']
      : [IconShieldX, 'red'];
  const counted = found && { count: found.entries, formatted: format.number(found.entries) };
  return (
    <Card>
      <div className={classes.verification}>
        <ThemeIcon variant="light" color={color} size={44} radius="xl">
          <Icon size={24} stroke={1.7} aria-hidden />
        </ThemeIcon>
        <div role="status">
          <Text fw={600}>
            {!found && t('verify.title')}
            {found?.intact && t('verify.intact', counted)}
            {found && !found.intact && t('verify.broken', { id: found.first_broken_id ?? '?' })}
          </Text>
          <Text size="sm" c="dimmed">
            {!found && t('verify.text')}
            {found && (
              <>
                {t(found.intact ? 'verify.intactText' : 'verify.brokenText')} {t('verify.checked')}{' '}
                <Ago at={found.checked_at} />
              </>
            )}
          </Text>
        </div>
        <Button variant="default" loading={check.isFetching} onClick={() => void check.refetch()}>
          {t(found ? 'verify.again' : 'verify.button')}
        </Button>
      </div>
      {check.error && !check.isFetching && <ProblemAlert error={check.error} onRetry={() => void check.refetch()} />}
    </Card>
  );
}
