import classes from './chart-frame.module.css';

/** How the axes of every chart look. */
export const axis = {
  tickLine: false,
  axisLine: false,
  tick: { fill: 'var(--mantine-color-dimmed)', fontSize: 12 },
} as const;

/** Where the pointer rests: what it is, and its figures. */
export const ChartTip = ({ title, lines }: { title: string; lines: string[] }) => (
  <div className={classes.tooltip}>
    <strong>{title}</strong>
    {lines.map((line) => (
      <div key={line}>{line}</div>
    ))}
  </div>
);
