import { Alert, Autocomplete, Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';
import { Dialog } from '../../../components/dialog';
import { fieldKind, offeredFields, placeholder, templateFaults } from './template';

const MOST_VALUES = 100;

/** Which field of the customer is to stand there, and what where a customer has none. */
export function PlaceholderDialog(props: { opened: boolean; onClose: () => void; onInsert: (placeholder: string) => void }) {
  const { t } = useTranslation(['wizard', 'common']);
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t('placeholder.title')} returnFocus centered>
      <PlaceholderForm {...props} />
    </Dialog>
  );
}

function PlaceholderForm({ onClose, onInsert }: { onClose: () => void; onInsert: (placeholder: string) => void }) {
  const { t } = useTranslation(['wizard', 'common']);
  const [field, setField] = useState('');
  const [fallback, setFallback] = useState('');
  const offered = useOfferedFields();
  const kind = fieldKind(field.trim());
  const text = placeholder(field.trim(), kind === 'needs-default' || fallback !== '' ? fallback : undefined);
  const isUsable = kind !== 'unknown' && templateFaults(`x ${text}`).length === 0;
  const examples = offered.fields.find((known) => known.field === field.trim())?.examples ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (isUsable) onInsert(text);
      }}
    >
      <Stack gap="md">
        <Autocomplete
          label={t('placeholder.field')}
          description={t('placeholder.fieldHint')}
          placeholder="preferences.first_name"
          data={[
            { group: t('placeholder.ofEverybody'), items: ['email', 'user_id'] },
            ...(offered.fields.length > 0
              ? [{ group: t('placeholder.ofPreferences'), items: offered.fields.map((known) => known.field) }]
              : []),
          ]}
          value={field}
          onChange={setField}
          error={field.trim() !== '' && kind === 'unknown' ? t('placeholder.unknown') : undefined}
          maxDropdownHeight={260}
          spellCheck={false}
          data-autofocus
        />
        {examples.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('placeholder.examples', { values: examples.join(', ') })}
          </Text>
        )}
        <TextInput
          label={t('placeholder.fallback')}
          description={kind === 'plain' ? t('placeholder.fallbackOptional') : t('placeholder.fallbackHint')}
          placeholder={t('placeholder.fallbackExample')}
          value={fallback}
          onChange={(event) => setFallback(event.currentTarget.value)}
          maxLength={200}
        />
        {isUsable && (
          <Alert variant="light" p="xs">
            <Text size="sm">{t('placeholder.preview')}</Text>
            <Code>{text}</Code>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" disabled={!isUsable}>
            {t('placeholder.insert')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The fields that customers have. None is offered where they cannot be read: one can be typed. */
function useOfferedFields() {
  const query = useQuery({
    queryKey: ['segments', 'filter-values', 'preferences_contains'],
    queryFn: ({ signal }) =>
      read(
        api.GET('/segments/filters/{filter_key}/values', {
          params: { path: { filter_key: 'preferences_contains' }, query: { limit: MOST_VALUES } },
          signal,
        }),
      ),
    staleTime: 300_000,
    retry: false,
  });
  return { fields: offeredFields(query.data?.map(({ value }) => value) ?? []) };
}
