import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Where there is nothing to show: what this place is for, and how to begin. */
export const EmptyState = (props: {
  icon: Icon;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  /** There is nothing else on the page, which is called like this. */
  isPage?: boolean;
}) => (
  <Stack align="center" gap="xs" py="xl" px="md">
    <ThemeIcon variant="light" size={56} radius="xl">
      <props.icon size={28} stroke={1.6} aria-hidden />
    </ThemeIcon>
    <Title order={props.isPage ? 1 : 2} size="h4" ta="center">
      {props.title}
    </Title>
    {props.text && (
      <Text c="dimmed" size="sm" ta="center" maw="32rem">
        {props.text}
      </Text>
    )}
    {props.action}
  </Stack>
);
