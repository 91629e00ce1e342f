import { Button, Code, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconDatabase, IconFileTypeCsv, IconRefresh, IconWand } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Card } from '../../components/card';
import { PageHeader } from '../../components/page-header';
import classes from './overview.module.css';

const WAYS = [
  { name: 'connect', icon: IconDatabase, command: 'DATABASE_URL=postgres://… npm start' },
  { name: 'import', icon: IconFileTypeCsv, command: 'npm run import -- --users users.csv --purchases purchases.csv' },
  { name: 'demo', icon: IconWand, command: 'npm run demo' },
] as const;

/** Where there are no customers yet: how they come here. */
export function Begin({ onRetry, isLooking }: { onRetry: () => void; isLooking: boolean }) {
  const { t } = useTranslation('overview');
  const { t: common } = useTranslation();
  return (
    <>
      <PageHeader title={common('nav.overview')} />
      <Stack gap="md">
        <div className={classes.welcome}>
          <Title order={2} size="h3">
            {t('begin.title')}
          </Title>
          <Text c="dimmed" mt={4} maw="42rem">
            {t('begin.text')}
          </Text>
        </div>
        <div className={classes.steps}>
          {WAYS.map(({ name, icon: Icon, command }) => (
            <Card key={name}>
              <Stack gap="xs">
                <Group gap="sm" wrap="nowrap">
                  <ThemeIcon variant="light" size={40} radius="xl">
                    <Icon size={20} stroke={1.7} aria-hidden />
                  </ThemeIcon>
                  <Title order={3} size="h5">
                    {t(`begin.${name}.title`)}
                  </Title>
                </Group>
                <Text size="sm" c="dimmed">
                  {t(`begin.${name}.text`)}
                </Text>
                <Code block tabIndex={0}>
                  {command}
                </Code>
              </Stack>
            </Card>
          ))}
        </div>
        <Group>
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={isLooking}
            onClick={onRetry}
          >
            {t('begin.look')}
          </Button>
        </Group>
      </Stack>
    </>
  );
}
