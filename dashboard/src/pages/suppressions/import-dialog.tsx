import { Alert, Button, Code, FileButton, Group, Stack, Text } from '@mantine/core';
import { IconFile, IconUpload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { Dialog } from '../../components/dialog';
import { useAction } from '../../components/use-action';
import { useFormat } from '../../i18n/use-format';
import { ImportOutcome } from './import-outcome';
import { ImportRefusal } from './import-refusal';

const MOST_BYTES = 10_000_000;
const EXAMPLE = 'email,channel,reason\nana@example.com,email,unsubscribed\njoan@example.com,,requested';

/** Suppresses everyone of a CSV file, or nobody where a line of it is wrong. */
export function ImportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['suppressions', 'common']);
  return (
    <Dialog opened={opened} onClose={onClose} title={t('import.title')} size="lg" centered>
      <ImportForm onClose={onClose} />
    </Dialog>
  );
}

function ImportForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['suppressions', 'common']);
  const format = useFormat();
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<Schema<'SuppressionImportView'>>();
  const upload = useImport();
  const { run, isBusy, error, forget } = useAction(async (chosen: File) => setOutcome(await upload(chosen)));
  const isTooLarge = file !== null && file.size > MOST_BYTES;
  const choose = (chosen: File | null) => {
    forget();
    setOutcome(undefined);
    if (chosen) setFile(chosen);
  };
  return (
    <Stack gap="md">
      <div>
        <Text size="sm">{t('import.text')}</Text>
        <Text size="sm" c="dimmed" mt={4}>
          {t('import.columns')}
        </Text>
      </div>
      <Code block aria-label={t('import.example')}>
        {EXAMPLE}
      </Code>
      <Group gap="sm">
        <FileButton
          onChange={choose}
          accept=".csv,text/csv"
          disabled={isBusy}
          inputProps={{ 'aria-label': t('import.choose') }}
        >
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFile size={18} aria-hidden />} data-autofocus>
              {file ? t('import.chooseOther') : t('import.choose')}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c={file ? undefined : 'dimmed'} style={{ overflowWrap: 'anywhere' }} aria-live="polite">
          {file
            ? `${file.name} · ${t('import.size', { kilobytes: format.number(Math.ceil(file.size / 1000)) })}`
            : t('import.noFile')}
        </Text>
      </Group>
      {isTooLarge && (
        <Alert color="red" role="alert">
          {t('import.tooLarge')}
        </Alert>
      )}
      {error && <ImportRefusal error={error} />}
      {outcome && <ImportOutcome outcome={outcome} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} disabled={isBusy}>
          {outcome ? t('common:action.close') : t('common:action.cancel')}
        </Button>
        {!outcome && (
          <Button
            leftSection={<IconUpload size={18} aria-hidden />}
            loading={isBusy}
            disabled={!file || isTooLarge}
            onClick={() => file && void run(file)}
          >
            {t('import.submit')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function useImport(): (file: File) => Promise<Schema<'SuppressionImportView'>> {
  const queries = useQueryClient();
  const once = useOnce();
  return async (file) => {
    const imported = await once({ name: file.name, size: file.size, changed: file.lastModified }, (key) =>
      read(
        api.POST('/suppressions/import', {
          params: { header: { 'Idempotency-Key': key } },
          headers: { 'Content-Type': 'text/csv' },
          body: '',
          bodySerializer: () => file, // its bytes as they are: whether they are text is for the service to say
        }),
      ),
    );
    await queries.invalidateQueries({ queryKey: ['suppressions'] });
    return imported;
  };
}
