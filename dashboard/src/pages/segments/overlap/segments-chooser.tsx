import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { segmentNamesQuery } from '../segment-queries';
import { MOST_COMPARED } from './overlap-path';

/** Chooses the segments that are compared. `known` are those whose names are known already: the list is read when it is first opened. */
export function SegmentsChooser(props: {
  ids: readonly string[];
  known: readonly { id: string; name: string }[];
  onChange: (ids: string[]) => void;
}) {
  const { t } = useTranslation(['segments', 'rules']);
  const [wasOpened, setWasOpened] = useState(false);
  const list = useQuery({ ...segmentNamesQuery, enabled: wasOpened });
  const names = new Map([
    ...(list.data ?? []).filter(({ is_active }) => is_active).map(({ id, name }) => [id, name] as const),
    ...props.known.map(({ id, name }) => [id, name] as const),
  ]);
  for (const id of props.ids) if (!names.has(id)) names.set(id, list.isPending ? '…' : t('rules:part.segmentGone'));
  return (
    <MultiSelect
      label={t('overlap.choose')}
      description={t('overlap.chooseHint')}
      searchable
      maxValues={MOST_COMPARED}
      data={[...names].map(([value, label]) => ({ value, label }))}
      value={[...props.ids]}
      onChange={props.onChange}
      onDropdownOpen={() => setWasOpened(true)}
      nothingFoundMessage={list.isPending ? '…' : t('rules:part.noSegments')}
    />
  );
}
