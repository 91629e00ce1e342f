import { Button, Menu, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';
import { saveFile } from '../../../components/download';
import { done } from '../../../components/notify';
import { useAction } from '../../../components/use-action';
import { useProblemText } from '../../../components/use-problem-text';

const fileName = (name: string): string =>
  `${
    name
      .normalize('NFKD')
      .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
      .replaceAll(/^-|-$/g, '')
      .toLowerCase() || 'segment'
  }.csv`;

/** Saves all customers of a segment as a file, their addresses masked or in full. */
export function DownloadButton({ segmentId, name }: { segmentId: string; name: string }) {
  const { t } = useTranslation('segments');
  const text = useProblemText();
  const { run, isBusy, error } = useAction(async (reveal: 'email' | undefined) => {
    const content = await read(
      api.GET('/segments/{segment_id}/users.csv', {
        params: { path: { segment_id: segmentId }, query: { reveal } },
        parseAs: 'blob',
      }) as Promise<{ data?: Blob; response: Response }>,
    );
    saveFile(content, fileName(name));
    done(t('page.downloaded'));
  });
  return (
    <Stack gap={4} align="flex-end">
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default" loading={isBusy} leftSection={<IconDownload size={16} aria-hidden />}>
            {t('page.download')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void run(undefined)}>{t('page.maskedDownload')}</Menu.Item>
          <Menu.Item onClick={() => void run('email')}>{t('page.revealDownload')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {error && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {text(error)}
        </Text>
      )}
    </Stack>
  );
}
