import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fragmentOf, typedValue } from '../../rules/fragments';

/** A key and a value that are not among what the data offers. */
export function OwnPair({
  onAdd,
  isOpen,
}: {
  onAdd: (fragment: Readonly<Record<string, unknown>>) => void;
  isOpen: boolean;
}) {
  const { t } = useTranslation('rules');
  const [opened, setOpened] = useState(isOpen);
  const [key, setKey] = useState('');
  const [how, setHow] = useState<'is' | 'has'>('is');
  const [text, setText] = useState('');
  const isReady = key.trim() !== '' && text.trim() !== '';
  function add(): void {
    if (!isReady) return;
    onAdd(fragmentOf({ path: [key.trim()], isItem: how === 'has', value: typedValue(text) }));
    setKey('');
    setText('');
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault(); // the page's form is saved by its own button
    add();
  };
  if (!opened)
    return (
      <Group>
        <Button variant="subtle" size="compact-sm" onClick={() => setOpened(true)}>
          {t('value.own')}
        </Button>
      </Group>
    );
  return (
    <Stack gap={4}>
      <Group gap="xs" align="flex-end">
        <TextInput
          size="xs"
          w="6.5rem"
          label={t('value.key')}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <NativeSelect
          size="xs"
          w="6.5rem"
          aria-label={t('value.how')}
          value={how}
          onChange={(event) => setHow(event.currentTarget.value === 'has' ? 'has' : 'is')}
          data={[
            { value: 'is', label: t('value.is') },
            { value: 'has', label: t('value.has') },
          ]}
        />
        <TextInput
          size="xs"
          w="6.5rem"
          label={t('value.text')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <Button size="xs" variant="default" disabled={!isReady} onClick={add}>
          {t('value.addPair')}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {t('value.pairHint')}
      </Text>
    </Stack>
  );
}
