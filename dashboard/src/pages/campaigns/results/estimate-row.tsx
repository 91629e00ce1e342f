import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Estimate, marksOf, verdictOf } from './interval';
import classes from './results.module.css';

const COLORS = { more: 'green', less: 'red', chance: 'gray' } as const;

/** What changed by how much, and how far chance goes: a dot with whiskers beside the zero. The text says all of it. */
export function EstimateRow({
  label,
  estimate,
  write,
}: {
  label: string;
  estimate: Estimate;
  write: (value: number) => string;
}) {
  const { t } = useTranslation('campaigns');
  const marks = marksOf(estimate);
  const verdict = verdictOf(estimate);
  const { low, high } = estimate;
  const percent = (place: number) => `${place * 100}%`;
  return (
    <div className={classes.estimate}>
      <div>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Group gap="xs">
          <Text fw={650} fz="lg" className="numbers">
            {write(estimate.estimate)}
          </Text>
          <Badge color={COLORS[verdict]} variant="light" tt="none">
            {t(`results.verdict.${verdict}`)}
          </Badge>
        </Group>
        <Text size="xs" c="dimmed" className="numbers">
          {low === null || high === null
            ? t('results.noInterval')
            : t('results.interval', { low: write(low), high: write(high) })}
        </Text>
      </div>
      <svg className={classes.interval} aria-hidden>
        <line x1="0" x2="100%" y1="50%" y2="50%" className={classes.axis} />
        <line x1={percent(marks.zero)} x2={percent(marks.zero)} y1="4" y2="36" className={classes.zero} />
        <text x={percent(marks.zero)} y="47" textAnchor="middle" className={classes.tick}>
          0
        </text>
        {marks.low !== undefined && marks.high !== undefined && (
          <g className={classes.whiskers}>
            <line x1={percent(marks.low)} x2={percent(marks.high)} y1="20" y2="20" />
            <line x1={percent(marks.low)} x2={percent(marks.low)} y1="14" y2="26" />
            <line x1={percent(marks.high)} x2={percent(marks.high)} y1="14" y2="26" />
          </g>
        )}
        <circle cx={percent(marks.estimate)} cy="20" r="5" className={classes.dot} />
      </svg>
    </div>
  );
}
