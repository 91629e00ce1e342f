import { useTranslation } from 'react-i18next';
import { isKnown, spokenKey } from '../rules/known-filters';
import { useBuilder } from './builder-state';

/** What a filter is called and what it means: in the reader's language, or in the service's words where it is not known here. */
export function useFilterWords(): (key: string) => { label: string; help: string } {
  const { t } = useTranslation('rules');
  const { filters } = useBuilder();
  return (key) =>
    isKnown(key)
      ? { label: t(`filter.${key}.label`), help: t(`filter.${key}.help`) }
      : { label: spokenKey(key), help: filters.find((filter) => filter.key === key)?.description ?? '' };
}
