import type { ReactNode } from 'react';
import classes from './facts.module.css';

/** A name and what it is. */
export interface Fact {
  name: string;
  value: ReactNode;
}

/** What a thing is, line by line: its name at the left, or above where it is narrow. */
export const Facts = ({ facts }: { facts: readonly Fact[] }) => (
  <dl className={classes.facts}>
    {facts.map(({ name, value }) => (
      <div key={name} className={classes.fact}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
