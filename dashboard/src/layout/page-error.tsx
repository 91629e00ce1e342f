import { Anchor, Button, Text } from '@mantine/core';
import { IconMapQuestion, IconMoodConfuzed } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useRouteError } from 'react-router';
import { EmptyState } from '../components/empty-state';

/** In place of a page that could not be shown: a script that is gone after an update, or a fault of ours. */
export function PageError() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <EmptyState
      isPage
      icon={IconMoodConfuzed}
      title={t('problem.page')}
      text={
        <>
          {t('problem.pageText')}
          {error instanceof Error && (
            <Text component="span" display="block" size="xs" mt="xs" style={{ overflowWrap: 'anywhere' }}>
              {error.message}
            </Text>
          )}
        </>
      }
      action={<Button onClick={() => window.location.reload()}>{t('action.reload')}</Button>}
    />
  );
}

/** At an address that is none of ours. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      isPage
      icon={IconMapQuestion}
      title={t('problem.notFound')}
      action={
        <Anchor component={Link} to="/">
          {t('nav.overview')}
        </Anchor>
      }
    />
  );
}
