import { useTranslation } from 'react-i18next';
import { FilterBar, FilterDay, FilterSelect } from '../../components/filter-bar';
import { FilterText } from '../../components/filter-text';
import type { useUrlFilters } from '../../components/use-url-filters';
import { ACTIONS, knownAction } from './actions';
import { FILTERS, OUTCOMES, TARGET_TYPES } from './filters';
import { useActionText } from './use-action-text';

/** What entries are looked for by. */
export function AuditFilters({
  filters: { values, isAny, set, change, clear },
}: {
  filters: ReturnType<typeof useUrlFilters<(typeof FILTERS)[number]>>;
}) {
  const { t } = useTranslation('audit');
  const actionText = useActionText();
  const { action } = values;
  return (
    <FilterBar isAny={isAny} onClear={clear}>
      <FilterText
        label={t('actor')}
        placeholder="token:1a2b3c4d"
        value={values.actor}
        maxLength={300}
        onChange={(value) => set('actor', value)}
      />
      <FilterSelect
        label={t('action')}
        all={t('filter.any')}
        value={action}
        onChange={(value) => set('action', value)}
        options={[
          ...(action && !knownAction(action) ? [{ value: action, label: action }] : []),
          ...ACTIONS.map((value) => ({ value, label: actionText(value) })),
        ]}
      />
      <FilterSelect
        label={t('filter.targetType')}
        all={t('filter.any')}
        value={values.target_type}
        // another kind of thing has other ids
        onChange={(value) => change({ target_type: value, target_id: '' })}
        options={TARGET_TYPES.map((value) => ({ value, label: t(`targets.${value}`) }))}
      />
      <FilterText
        label={t('filter.targetId')}
        value={values.target_id}
        maxLength={200}
        onChange={(value) => set('target_id', value)}
      />
      <FilterSelect
        label={t('outcome')}
        all={t('filter.any')}
        value={values.outcome}
        onChange={(value) => set('outcome', value)}
        options={OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) }))}
      />
      <FilterDay label={t('filter.from')} value={values.from} max={values.to} onChange={(value) => set('from', value)} />
      <FilterDay label={t('filter.to')} value={values.to} min={values.from} onChange={(value) => set('to', value)} />
    </FilterBar>
  );
}
