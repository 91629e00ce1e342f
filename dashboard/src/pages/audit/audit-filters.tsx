import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { SearchField } from '../../components/search-field';
import { ACTIONS, knownAction } from './actions';
import classes from './audit.module.css';
import { type Filters, TARGET_TYPES } from './filters';
import { useActionText } from './use-action-text';

/** What entries are looked for by. All of it stands in the address, so that what was found can be sent to somebody. */
export function AuditFilters(props: {
  filters: Filters;
  onChange: (name: keyof Filters, value: string) => void;
  onClear: () => void;
}) {
  const { t } = useTranslation('audit');
  const actionText = useActionText();
  const { filters, onChange } = props;
  const isFiltered = Object.values(filters).some((value) => value !== '');
  const any = { value: '', label: t('filter.any') };
  return (
    <search className={classes.filters}>
      <SearchField
        label={t('actor')}
        placeholder="token:1a2b3c4d"
        value={filters.actor}
        maxLength={300}
        onSearch={(value) => onChange('actor', value)}
      />
      <NativeSelect
        label={t('action')}
        value={filters.action}
        onChange={(event) => onChange('action', event.currentTarget.value)}
        data={[
          any,
          ...(filters.action && !knownAction(filters.action) ? [filters.action] : []),
          ...ACTIONS.map((value) => ({ value, label: actionText(value) })),
        ]}
      />
      <NativeSelect
        label={t('filter.targetType')}
        value={filters.target_type}
        onChange={(event) => onChange('target_type', event.currentTarget.value)}
        data={[any, ...TARGET_TYPES.map((value) => ({ value, label: t(`targets.${value}`) }))]}
      />
      <SearchField
        label={t('filter.targetId')}
        value={filters.target_id}
        maxLength={200}
        onSearch={(value) => onChange('target_id', value)}
      />
      <NativeSelect
        label={t('outcome')}
        value={filters.outcome}
        onChange={(event) => onChange('outcome', event.currentTarget.value)}
        data={[any, { value: 'done', label: t('outcomes.done') }, { value: 'refused', label: t('outcomes.refused') }]}
      />
      <TextInput
        type="date"
        label={t('filter.from')}
        value={filters.from}
        max={filters.to || undefined}
        onChange={(event) => onChange('from', event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={t('filter.to')}
        value={filters.to}
        min={filters.from || undefined}
        onChange={(event) => onChange('to', event.currentTarget.value)}
      />
      <Button
        variant="default"
        leftSection={<IconX size={16} aria-hidden />}
        disabled={!isFiltered}
        onClick={props.onClear}
        className={classes.clear}
      >
        {t('filter.clear')}
      </Button>
    </search>
  );
}
