import { Button, Group, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** The rule is the suggested one now, and need not stay it. */
export function Taken({ onUndo }: { onUndo: () => void }) {
  const { t } = useTranslation('ai');
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        {t('rule.used')}
      </Text>
      <Button variant="subtle" size="compact-sm" leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={onUndo}>
        {t('rule.undo')}
      </Button>
    </Group>
  );
}
