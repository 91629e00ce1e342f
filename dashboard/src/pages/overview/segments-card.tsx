import { Anchor, Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { ProblemAlert } from '../../components/problem-alert';
import { ShareBar } from '../../components/share-bar';
import { Sparkline } from '../../components/sparkline';
import { useFormat } from '../../i18n/use-format';
import classes from './overview.module.css';
import { useNewestSegments } from './queries';

/** The newest segments, the largest first: how many of the active customers each has, and how that went. */
export function SegmentsCard({ activeCustomers }: { activeCustomers: number | undefined }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const segments = useNewestSegments();
  const rows = segments.data && [...segments.data].sort((a, b) => (b.total ?? -1) - (a.total ?? -1));
  const largest = Math.max(1, ...(rows ?? []).map(({ total }) => total ?? 0));
  return (
    <Card
      title={t('segments.title')}
      description={t('segments.lead')}
      actions={
        <Anchor component={Link} to="/segments" size="sm">
          {t('segments.all')}
        </Anchor>
      }
    >
      {segments.isPending && (
        <Stack gap="md">
          {Array.from({ length: 5 }, (_, row) => (
            <Skeleton key={row} height={28} />
          ))}
        </Stack>
      )}
      {segments.error && !rows && <ProblemAlert error={segments.error} onRetry={() => void segments.refetch()} />}
      {rows?.length === 0 && (
        <EmptyState
          icon={IconFilter}
          title={t('segments.empty')}
          text={t('segments.emptyText')}
          action={
            <Button component={Link} to="/segments/new" variant="light">
              {t('newSegment')}
            </Button>
          }
        />
      )}
      {rows && rows.length > 0 && (
        <ul className={classes.rows}>
          {rows.map(({ id, name, total, sizes = [] }) => {
            // the shop's figures may be a minute old
            const whole = Math.max(activeCustomers ?? 0, largest);
            const share = (total ?? 0) / whole;
            return (
              <li key={id} className={classes.segment}>
                <Anchor component={Link} to={`/segments/${id}`} size="sm" fw={600} truncate title={name}>
                  {name}
                </Anchor>
                <span className={classes.trend}>
                  <Sparkline values={sizes.map((size) => size.total)} label={t('segments.trend', { name })} />
                </span>
                <span className={classes.share}>
                  <ShareBar share={share} label={t('segments.share', { name, share: format.percent(share) })} />
                </span>
                <Text size="sm" className={`${classes.figure} numbers`}>
                  {typeof total === 'number' ? (
                    <>
                      <strong>{format.number(total)}</strong>{' '}
                      {activeCustomers !== undefined && (
                        <Text span c="dimmed" size="xs">
                          {format.percent(share)}
                        </Text>
                      )}
                    </>
                  ) : (
                    <Text span c="var(--mantine-color-error)" size="xs" fw={600}>
                      {t('segments.unreadable')}
                    </Text>
                  )}
                </Text>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
