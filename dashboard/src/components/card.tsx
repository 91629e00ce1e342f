import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import classes from './card.module.css';

/** A part of a page, with its head. */
export const Card = (props: { title?: string; description?: ReactNode; actions?: ReactNode; children: ReactNode }) => (
  <section className={classes.card}>
    {props.title && (
      <Group justify="space-between" align="flex-start" mb="md" gap="xs">
        <div>
          <Title order={2} size="h4">
            {props.title}
          </Title>
          {props.description && (
            <Text c="dimmed" size="sm">
              {props.description}
            </Text>
          )}
        </div>
        {props.actions}
      </Group>
    )}
    {props.children}
  </section>
);

/** A figure, its name, and what puts it in proportion. */
export function StatTile(props: { label: string; value: ReactNode; hint?: ReactNode; to?: string }) {
  const inside = (
    <>
      <Text c="dimmed" size="sm">
        {props.label}
      </Text>
      <Text className="numbers" fz="1.75rem" fw={650} lh={1.25}>
        {props.value}
      </Text>
      {props.hint && (
        <Text c="dimmed" size="xs" component="div">
          {props.hint}
        </Text>
      )}
    </>
  );
  const className = `${classes.card} ${classes.tile}`;
  if (!props.to) return <div className={className}>{inside}</div>;
  return (
    <Link to={props.to} className={className}>
      {inside}
    </Link>
  );
}

/** Tiles side by side, as many as there is room for. */
export const Tiles = ({ children }: { children: ReactNode }) => <div className={classes.tiles}>{children}</div>;

/** Cards side by side where there is room for two. */
export const Halves = ({ children }: { children: ReactNode }) => <div className={classes.halves}>{children}</div>;
