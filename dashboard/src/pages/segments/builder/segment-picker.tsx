import { Anchor, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useProblemText } from '../../../components/use-problem-text';
import { segmentNamesQuery } from '../segment-queries';
import { useBuilder } from './builder-state';
import classes from './rule-builder.module.css';
import { usePartProblem } from './use-part-problem';

/** Chooses another segment. The list is read when it is first needed. */
export function SegmentPicker(props: { id: string; value: string; onChange: (segmentId: string) => void }) {
  const { t } = useTranslation('rules');
  const { segmentId } = useBuilder();
  const { error, hint } = usePartProblem(props.id);
  const problemText = useProblemText();
  const [wasOpened, setWasOpened] = useState(false);
  const segments = useQuery({ ...segmentNamesQuery, enabled: wasOpened || props.value !== '' });
  const value = props.value.toLowerCase();
  const known = segments.data ?? [];
  const offered = known
    .filter(({ id, is_active }) => (is_active && id !== segmentId) || id === value)
    .map(({ id, name }) => ({ value: id, label: name }));
  if (value && !offered.some((one) => one.value === value))
    offered.push({ value, label: segments.isPending ? '…' : t('part.segmentGone') });
  return (
    <div className={classes.rows}>
      <Select
        aria-label={t('part.segment')}
        placeholder={t('part.chooseSegment')}
        searchable
        maw="28rem"
        data={offered}
        value={value || null}
        onChange={(chosen) => props.onChange(chosen ?? '')}
        onDropdownOpen={() => setWasOpened(true)}
        nothingFoundMessage={segments.isPending ? '…' : t('part.noSegments')}
        error={error ?? (segments.error ? problemText(segments.error) : undefined)}
      />
      <Group mt={4} gap="sm">
        {hint && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
        {value && (
          <Anchor component={Link} to={`/segments/${value}`} size="sm">
            {t('part.openSegment')}
          </Anchor>
        )}
      </Group>
    </div>
  );
}
