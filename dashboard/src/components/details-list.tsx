import type { ReactNode } from 'react';
import classes from './details-list.module.css';

/** What a thing is, line by line: its name at the left, or above where it is narrow. */
export const DetailsList = ({ items }: { items: readonly { label: string; value: ReactNode }[] }) => (
  <dl className={classes.list}>
    {items.map(({ label, value }) => (
      <div key={label} className={classes.item}>
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
