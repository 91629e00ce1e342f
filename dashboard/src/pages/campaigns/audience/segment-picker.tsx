import { ActionIcon, Badge, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ShareBar } from '../../../components/share-bar';
import { useFormat } from '../../../i18n/use-format';
import type { Segment } from '../campaign-calls';
import classes from './audience.module.css';

const MOST = 50;

/** Segments that are chosen, with their sizes, and a search for more. */
export function SegmentPicker(props: {
  label: string;
  /** Names what is chosen. */
  listLabel: string;
  description: string;
  placeholder: string;
  /** Ids. */
  chosen: readonly string[];
  /** Ids that cannot be chosen here, because they are chosen elsewhere. */
  taken: readonly string[];
  segments: ReadonlyMap<string, Segment>;
  isPending: boolean;
  /** The customers of the largest bar. */
  whole: number;
  error?: ReactNode;
  onChange: (ids: string[]) => void;
}) {
  const { t } = useTranslation(['wizard', 'common']);
  const format = useFormat();
  const [search, setSearch] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const size = (segment: Segment | undefined) =>
    typeof segment?.total === 'number' ? format.number(segment.total) : t('common:unknown');
  const offered = [...props.segments.values()]
    .filter(({ id, is_active }) => is_active && !props.chosen.includes(id) && !props.taken.includes(id))
    .map(({ id, name }) => ({ value: id, label: name }));
  const remove = (id: string) => {
    props.onChange(props.chosen.filter((other) => other !== id));
    field.current?.focus();
  };
  return (
    <Stack gap="sm">
      <Select
        ref={field}
        label={props.label}
        description={props.description}
        placeholder={props.placeholder}
        data={offered}
        value={null}
        searchable
        searchValue={search}
        onSearchChange={setSearch}
        onChange={(id) => {
          if (id) props.onChange([...props.chosen, id]);
          setSearch('');
        }}
        disabled={props.chosen.length >= MOST}
        nothingFoundMessage={t('picker.nothingFound')}
        limit={100}
        maxDropdownHeight={280}
        leftSection={<IconPlus size={16} aria-hidden />}
        error={props.error}
        renderOption={({ option }) => (
          <Group justify="space-between" wrap="nowrap" flex={1}>
            <span className={classes.wrap}>{option.label}</span>
            <Text component="span" size="xs" c="dimmed" className="numbers">
              {size(props.segments.get(option.value))}
            </Text>
          </Group>
        )}
      />
      {props.chosen.length > 0 && (
        <ul className={classes.list} aria-label={props.listLabel}>
          {props.chosen.map((id) => {
            const segment = props.segments.get(id);
            const name = segment?.name ?? id.slice(0, 8);
            return (
              <li key={id} className={classes.chosen}>
                <Text size="sm" component="div">
                  {props.isPending ? <Skeleton height={14} width={120} /> : name}{' '}
                  {segment?.is_active === false && (
                    <Badge size="sm" color="orange" variant="light" tt="none">
                      {t('common:status.inactive')}
                    </Badge>
                  )}
                </Text>
                <Text size="sm" className="numbers">
                  {size(segment)}
                </Text>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('picker.remove', { name })}
                  onClick={() => remove(id)}
                >
                  <IconX size={16} aria-hidden />
                </ActionIcon>
                {typeof segment?.total === 'number' && props.whole > 0 && (
                  <div className={classes.chosenBar} aria-hidden>
                    <ShareBar share={segment.total / props.whole} label={name} />
                  </div>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Stack>
  );
}
