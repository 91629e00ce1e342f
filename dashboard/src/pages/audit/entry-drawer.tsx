import { Drawer, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { CodeBlock, CopyableId } from '../../components/copyable';
import { Facts } from '../../components/facts';
import { When } from '../../components/time';
import { TargetLink } from './target-link';
import { useActionText } from './use-action-text';

/** All of an entry, with what it takes to check it by hand. */
export function EntryDrawer({ entry, onClose }: { entry: Schema<'AuditEntryView'> | undefined; onClose: () => void }) {
  const { t } = useTranslation('audit');
  const { t: common } = useTranslation();
  return (
    <Drawer
      opened={entry !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={entry && t('entry', { id: entry.id })}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      {entry && <Entry entry={entry} />}
    </Drawer>
  );
}

function Entry({ entry }: { entry: Schema<'AuditEntryView'> }) {
  const { t } = useTranslation('audit');
  const actionText = useActionText();
  const hash = (value: string | null, what: string) => (value ? <CopyableId id={value} what={what} /> : '–');
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          { name: t('action'), value: actionText(entry.action) },
          { name: t('outcome'), value: t(`outcomes.${entry.outcome}`) },
          { name: t('at'), value: <When at={entry.at} /> },
          { name: t('target'), value: <TargetLink entry={entry} /> },
          { name: t('actor'), value: entry.actor },
          { name: t('via'), value: t(`vias.${entry.via}`) },
          { name: t('ip'), value: entry.ip ?? '–' },
        ]}
      />
      {entry.detail && (
        <div>
          <Title order={3} size="h5" mb="xs">
            {t('detail')}
          </Title>
          <CodeBlock code={JSON.stringify(entry.detail, null, 2)} what={t('detail')} />
        </div>
      )}
      <div>
        <Title order={3} size="h5">
          {t('proof')}
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          {t('proofText')}
        </Text>
        <Facts
          facts={[
            { name: t('before'), value: hash(entry.before_hash, t('before')) },
            { name: t('after'), value: hash(entry.after_hash, t('after')) },
            { name: t('requestId'), value: hash(entry.request_id, t('requestId')) },
            { name: t('hash'), value: hash(entry.hash, t('hash')) },
            { name: t('previousHash'), value: hash(entry.previous_hash, t('previousHash')) },
          ]}
        />
      </div>
    </Stack>
  );
}
