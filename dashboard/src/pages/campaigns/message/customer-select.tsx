import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';

const DELAY_MS = 250;
const FOUND = 20;

/** A customer, by the beginning of the address or the whole id. `offered` stands there before anything is typed. */
export function CustomerSelect(props: {
  label: string;
  description?: string;
  placeholder?: string;
  value: string | null;
  offered: readonly { value: string; label: string }[];
  onChange: (id: string | null, label: string) => void;
  /** Whether it can be emptied; otherwise something is always chosen. */
  leftSection?: ReactNode;
}) {
  const { t } = useTranslation('wizard');
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), DELAY_MS);
  const [picked, setPicked] = useState<{ value: string; label: string }>();
  const isChosen = [...props.offered, picked].some((option) => option?.label === wanted);
  const found = useQuery({
    queryKey: ['customers', 'search', wanted],
    queryFn: ({ signal }) =>
      read(api.GET('/customers', { params: { query: { search: wanted, limit: FOUND, total: false } }, signal })),
    enabled: wanted !== '' && !isChosen,
    staleTime: 60_000,
  });
  const options = [
    ...props.offered,
    ...(isChosen || wanted === '' ? [] : (found.data ?? [])).map(({ id, email }) => ({
      value: id,
      label: email || id.slice(0, 8),
    })),
    ...(picked ? [picked] : []),
  ];
  const data = [...new Map(options.map((option) => [option.value, option])).values()];
  return (
    <Select
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      data={data}
      value={props.value}
      onChange={(value, option) => {
        if (value && option) setPicked({ value, label: option.label });
        props.onChange(value, option?.label ?? '');
      }}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      // what is found for a search may not hold its letters: an address is shown masked
      filter={({ options: all, search: text }) =>
        isChosen || text.trim() === '' || found.data
          ? all
          : all.filter((option) => 'label' in option && option.label.toLowerCase().includes(text.toLowerCase()))
      }
      nothingFoundMessage={found.isFetching ? t('customer.searching') : t('customer.nobody')}
      leftSection={props.leftSection}
      allowDeselect={false}
      maxDropdownHeight={260}
    />
  );
}
