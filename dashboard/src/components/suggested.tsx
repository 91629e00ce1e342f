import { Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './suggested.module.css';

/** What the model suggested, below the question it answers: what it is, what for, and what can be done with it. */
export function Suggested({ title, said, children }: { title: string; said: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.suggested} aria-labelledby={id}>
      <Stack gap="sm">
        <div>
          <Title order={3} size="h5" id={id}>
            {title}
          </Title>
          <Text size="sm" c="dimmed" className={classes.said}>
            {said}
          </Text>
        </div>
        {children}
      </Stack>
    </section>
  );
}
