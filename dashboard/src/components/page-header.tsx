import { Anchor, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

/** The head of a page: where it belongs, what it is, and what can be done with it. Names the tab of the browser too. */
export function PageHeader(props: {
  title: string;
  /** The list it is a part of. */
  parent?: { title: string; to: string };
  description?: ReactNode;
  /** Beside the title: a badge. */
  badge?: ReactNode;
  actions?: ReactNode;
}) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${props.title} · ${t('appName')}`;
  }, [props.title, t]);
  return (
    <Group component="header" justify="space-between" align="flex-start" mb="lg" gap="md">
      <div style={{ flex: '1 1 20rem', minWidth: 0 }}>
        {props.parent && (
          <Anchor component={Link} to={props.parent.to} size="sm">
            {props.parent.title}
          </Anchor>
        )}
        <Group gap="sm">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {props.title}
          </Title>
          {props.badge}
        </Group>
        {props.description && (
          <Text c="dimmed" size="sm" mt={4} maw="45rem">
            {props.description}
          </Text>
        )}
      </div>
      {props.actions && <Group gap="xs">{props.actions}</Group>}
    </Group>
  );
}
