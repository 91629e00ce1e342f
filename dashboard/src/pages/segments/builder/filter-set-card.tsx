import { Select, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isDays } from '../rules/known-filters';
import type { FilterSet } from '../rules/rule';
import { initialOf } from '../rules/value-schema';
import { useBuilder } from './builder-state';
import { FilterRow } from './filter-row';
import { goOnIn } from './focus';
import classes from './rule-builder.module.css';
import { useFilterWords } from './use-filter-words';
import { usePartProblem } from './use-part-problem';

const QUESTIONS = ['scope', 'total', 'customer', 'standing'] as const;

/** The conditions of a set, and the choice of another one. */
export function FilterSetCard({ id, set, onChange }: { id: string; set: FilterSet; onChange: (set: FilterSet) => void }) {
  const { t } = useTranslation('rules');
  const { filters, schemaOf } = useBuilder();
  const words = useFilterWords();
  const addId = `condition-of-${id}`;
  const [added, setAdded] = useState<string>();
  const { error } = usePartProblem(id);
  const order = new Map(filters.map(({ key }, i) => [key, i]));
  // as the service lists them, whatever order the rule was written in: what narrows comes before what it comes to
  const given = Object.keys(set).sort((a, b) => (order.get(a) ?? Infinity) - (order.get(b) ?? Infinity));
  const offered = QUESTIONS.map((asks) => ({
    group: t(`filters.${asks}`),
    items: filters
      .filter((filter) => filter.asks === asks && !Object.hasOwn(set, filter.key))
      .map(({ key }) => ({ value: key, label: isDays(key) ? `${words(key).label} …` : words(key).label })),
  })).filter(({ items }) => items.length > 0);

  function add(key: string | null): void {
    if (key === null) return;
    setAdded(key);
    onChange({ ...set, [key]: initialOf(schemaOf(key) ?? {}, filters.find((filter) => filter.key === key)?.example) });
  }
  function remove(key: string): void {
    onChange(Object.fromEntries(Object.entries(set).filter(([other]) => other !== key)));
    goOnIn(addId);
  }
  return (
    <div className={classes.rows}>
      {given.map((key) => (
        <FilterRow
          key={key}
          id={id}
          filter={key}
          value={set[key]}
          isNew={key === added}
          onChange={(value) => onChange({ ...set, [key]: value })}
          onRemove={() => remove(key)}
        />
      ))}
      <div id={addId}>
        {offered.length > 0 && (
          <Select
            mt={given.length > 0 ? 'xs' : 0}
            maw="15rem"
            size="xs"
            variant="filled"
            aria-label={t('filters.add')}
            placeholder={t('filters.add')}
            leftSection={<IconPlus size={16} aria-hidden />}
            searchable
            data={offered}
            value={null}
            onChange={add}
            maxDropdownHeight={360}
            nothingFoundMessage={t('filters.none')}
            comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
            renderOption={({ option }) => (
              <div>
                <Text size="sm">{option.label}</Text>
                <Text size="xs" c="dimmed" maw="min(22rem, 75vw)">
                  {words(option.value).help}
                </Text>
              </div>
            )}
            error={error}
          />
        )}
      </div>
    </div>
  );
}
