import { Anchor, Checkbox, Skeleton, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../../api/client';
import type { Column } from '../../../components/data-table';
import { ShareBar } from '../../../components/share-bar';
import { Sparkline } from '../../../components/sparkline';
import { StatusBadge } from '../../../components/status-badge';
import { Ago } from '../../../components/time';
import { useFormat } from '../../../i18n/use-format';
import classes from './segments-list.module.css';

type Row = Schema<'SegmentView'>;

const CAMPAIGNS_SHOWN = 2;

/** The columns of the list of segments. */
export function useColumns(props: {
  activeCustomers: number | undefined;
  selected: readonly string[];
  isFull: boolean;
  onSelect: (id: string) => void;
}): Column<Row>[] {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const { activeCustomers, selected, isFull, onSelect } = props;
  const shareOf = (total: number) => (activeCustomers ? total / activeCustomers : 0);
  return [
    {
      key: 'select',
      label: <VisuallyHidden>{t('overlap.title')}</VisuallyHidden>,
      render: ({ id, name }) => {
        const isSelected = selected.includes(id);
        return (
          <Checkbox
            aria-label={t('list.select', { name })}
            checked={isSelected}
            disabled={!isSelected && isFull}
            onChange={() => onSelect(id)}
          />
        );
      },
    },
    {
      key: 'name',
      label: t('list.name'),
      render: ({ id, name, description, is_active }) => (
        <div className={classes.name}>
          <Anchor component={Link} to={`/segments/${id}`} fw={500} size="sm" lineClamp={2} title={name}>
            {name}
          </Anchor>
          {!is_active && (
            <div>
              <StatusBadge status="inactive" />
            </div>
          )}
          {description && (
            <Text size="xs" c="dimmed" className={classes.description} title={description}>
              {description}
            </Text>
          )}
        </div>
      ),
    },
    {
      key: 'size',
      label: t('list.size'),
      isNumber: true,
      render: ({ total, problem }) =>
        typeof total === 'number' ? (
          <Text fw={600} size="sm">
            {format.number(total)}
          </Text>
        ) : total === null ? (
          <Tooltip label={problem} multiline maw="22rem">
            <Text size="xs" c="var(--mantine-color-error)" tabIndex={0}>
              {t('list.unreadable')}
            </Text>
          </Tooltip>
        ) : (
          '–'
        ),
    },
    {
      key: 'share',
      label: t('list.share'),
      isNumber: true,
      render: ({ name, total }) => {
        if (typeof total !== 'number') return '–';
        if (activeCustomers === undefined) return <Skeleton height={20} />;
        const share = format.percent(shareOf(total));
        return (
          <div className={classes.share}>
            <Text size="sm">{share}</Text>
            <ShareBar share={shareOf(total)} label={`${name}: ${t('list.share')}`} />
          </div>
        );
      },
    },
    {
      key: 'trend',
      label: t('list.trend'),
      render: ({ name, sizes = [] }) => {
        const totals = sizes.map(({ total }) => total);
        const [first, last] = [totals[0] ?? 0, totals[totals.length - 1] ?? 0];
        return (
          <div className={classes.trend}>
            <Sparkline
              values={totals}
              label={t('list.trendOf', { name, first: format.number(first), last: format.number(last) })}
            />
          </div>
        );
      },
    },
    {
      key: 'usedBy',
      label: t('list.usedBy'),
      render: ({ campaigns = [] }) =>
        campaigns.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('list.notUsed')}
          </Text>
        ) : (
          <>
            {campaigns.slice(0, CAMPAIGNS_SHOWN).map(({ id, name }) => (
              <Anchor key={id} component={Link} to={`/campaigns/${id}`} size="sm" lineClamp={2} title={name} miw="8rem">
                {name}
              </Anchor>
            ))}
            {campaigns.length > CAMPAIGNS_SHOWN && (
              <Text size="xs" c="dimmed">
                {t('list.moreCampaigns', {
                  count: campaigns.length - CAMPAIGNS_SHOWN,
                  formatted: format.number(campaigns.length - CAMPAIGNS_SHOWN),
                })}
              </Text>
            )}
          </>
        ),
    },
    {
      key: 'updated',
      label: t('list.updated'),
      render: ({ updated_at }) => (
        <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          <Ago at={updated_at} />
        </Text>
      ),
    },
  ];
}
