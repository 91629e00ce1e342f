import { ActionIcon, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useBuilder } from './builder-state';
import { ValueEditor } from './editors/value-editor';
import classes from './rule-builder.module.css';
import { useFilterWords } from './use-filter-words';
import { usePartProblem } from './use-part-problem';

/** One condition: what it is called, its value, and what is wrong with that. */
export function FilterRow(props: {
  id: string;
  filter: string;
  value: unknown;
  /** It was just chosen: whoever did goes on in it. */
  isNew: boolean;
  onChange: (value: unknown) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('rules');
  const { schemaOf, filters } = useBuilder();
  const { label, help } = useFilterWords()(props.filter);
  const { error, hint } = usePartProblem(props.id, props.filter);
  const editor = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (props.isNew) editor.current?.querySelector<HTMLElement>('input, select, textarea, button')?.focus();
  }, [props.isNew]);
  const view = filters.find(({ key }) => key === props.filter);
  return (
    <div className={classes.row}>
      <div className={classes.label}>{label}</div>
      <div className={classes.value} ref={editor}>
        <ValueEditor
          filter={props.filter}
          schema={schemaOf(props.filter) ?? {}}
          hasValues={view?.has_values ?? false}
          example={view?.example}
          label={label}
          value={props.value}
          onChange={props.onChange}
          error={error}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {hint ?? help}
        </Text>
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        mt={4}
        aria-label={t('filters.remove', { name: label })}
        onClick={props.onRemove}
      >
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </div>
  );
}
