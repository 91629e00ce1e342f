import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../../components/data-table';
import { Dialog } from '../../../components/dialog';
import { useFormat } from '../../../i18n/use-format';
import { bodyOf, type Draft, type Field, theirChanges } from './draft';
import classes from './conflict-dialog.module.css';

/** Somebody else saved the campaign meanwhile: what they changed, and what is to become of it. */
export function ConflictDialog(props: {
  base: Draft;
  mine: Draft;
  /** Undefined: there is no conflict. */
  theirs: Draft | undefined;
  onMerge: () => void;
  onTakeTheirs: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation(['wizard', 'common']);
  const { theirs } = props;
  const changes = theirs ? theirChanges(props.base, props.mine, theirs) : [];
  return (
    <Dialog opened={theirs !== undefined} onClose={props.onClose} title={t('conflict.title')} size="xl" centered>
      <Stack gap="md">
        <Text size="sm">{t('conflict.text')}</Text>
        {theirs && changes.length > 0 && (
          <DataTable
            label={t('conflict.changes')}
            verticalSpacing="xs"
            maxHeight="50vh"
            rows={changes}
            rowKey={({ field }) => field}
            columns={[
              { key: 'field', label: t('conflict.field'), render: ({ field }) => t(`field.${field}`) },
              {
                key: 'theirs',
                label: t('conflict.theirs'),
                className: classes.value,
                render: ({ field }) => <Value draft={theirs} field={field} />,
              },
              {
                key: 'mine',
                label: t('conflict.mine'),
                className: classes.value,
                render: ({ field, isMine }) =>
                  isMine ? <Value draft={props.mine} field={field} /> : t('conflict.untouched'),
              },
            ]}
          />
        )}
        {theirs && changes.length === 0 && <Text size="sm">{t('conflict.nothing')}</Text>}
        <Text size="sm" c="dimmed">
          {t('conflict.merge')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onTakeTheirs}>
            {t('conflict.takeTheirs')}
          </Button>
          <Button onClick={props.onMerge} data-autofocus>
            {t('conflict.keepMine')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** What a field holds, for people. */
function Value({ draft, field }: { draft: Draft; field: Field }) {
  const { t } = useTranslation(['wizard', 'common']);
  const format = useFormat();
  const body = bodyOf(draft);
  switch (field) {
    case 'channel':
      return t(`common:channel.${body.channel}`);
    case 'segment_ids':
    case 'excluded_segment_ids':
      return t('count.segments', { count: body[field].length, formatted: format.number(body[field].length) });
    case 'frequency_cap':
      return body.frequency_cap
        ? `${format.number(body.frequency_cap.max)} / ${t('count.days', { count: body.frequency_cap.per_days, formatted: format.number(body.frequency_cap.per_days) })}`
        : t('common:none');
    case 'holdout_percent':
      return format.percent(body.holdout_percent / 100, 2);
    case 'once_per_customer':
      return body.once_per_customer ? t('rules.onceYes') : t('wizard:rules.onceNo');
    case 'not_after':
      return body.not_after ? format.dateTime(body.not_after) : t('common:none');
    default:
      return body[field] || t('common:none');
  }
}
