import { Alert, Button, List, Stack, Text } from '@mantine/core';
import { IconBan, IconDownload, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { saveFile } from '../../components/download';
import { done } from '../../components/notify';
import { useAction } from '../../components/use-action';
import { useProblemText } from '../../components/use-problem-text';
import { SuppressDialog } from './suppress-dialog';

type Open = 'suppress' | 'erase' | undefined;

/** What can be done for, and with, a customer. */
export function CustomerActions(props: {
  customer: Schema<'CustomerProfileView'>;
  isShown: boolean;
  onErased: (erasure: Schema<'ErasureView'>) => void;
}) {
  const { t } = useTranslation('customers');
  const [open, setOpen] = useState<Open>();
  const { customer } = props;
  return (
    <>
      <ExportButton id={customer.id} />
      <Button variant="default" leftSection={<IconBan size={16} aria-hidden />} onClick={() => setOpen('suppress')}>
        {t('actions.suppress')}
      </Button>
      <Button variant="light" color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setOpen('erase')}>
        {t('actions.erase')}
      </Button>
      <SuppressDialog id={customer.id} opened={open === 'suppress'} onClose={() => setOpen(undefined)} />
      <EraseDialog {...props} opened={open === 'erase'} onClose={() => setOpen(undefined)} />
    </>
  );
}

/** Everything that is kept, as a file for the customer who asks for it. */
function ExportButton({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const text = useProblemText();
  const { run, isBusy, error } = useAction(async () => {
    const document = await read(api.GET('/customers/{user_id}/export', { params: { path: { user_id: id } } }));
    saveFile(new Blob([JSON.stringify(document, null, 2)], { type: 'application/json' }), `customer-${id}.json`);
    done(t('actions.exported'));
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden />}
        loading={isBusy}
        onClick={() => void run()}
      >
        {t('actions.export')}
      </Button>
      {error && (
        <Alert color="red" role="alert" py={6} maw="20rem">
          {text(error)}
        </Alert>
      )}
    </>
  );
}

function EraseDialog(props: {
  customer: Schema<'CustomerProfileView'>;
  isShown: boolean;
  opened: boolean;
  onClose: () => void;
  onErased: (erasure: Schema<'ErasureView'>) => void;
}) {
  const { t } = useTranslation('customers');
  const { customer } = props;
  const queries = useQueryClient();
  const once = useOnce();
  const isAddressKnown = props.isShown && customer.email !== '' && !customer.email.includes('***');
  return (
    <ConfirmDialog
      opened={props.opened}
      onClose={props.onClose}
      title={t('erase.title')}
      confirm={t('erase.confirm')}
      color="red"
      expected={isAddressKnown ? customer.email : customer.id}
      onConfirm={async () => {
        const erasure = await once({ erase: customer.id }, (key) =>
          read(
            api.POST('/customers/{user_id}/erase', {
              params: { path: { user_id: customer.id }, header: { 'Idempotency-Key': key } },
            }),
          ),
        );
        props.onErased(erasure);
        await Promise.all(
          [['suppressions'], ['notifications'], ['customers', customer.id]].map((queryKey) =>
            queries.invalidateQueries({ queryKey }),
          ),
        );
      }}
    >
      <Stack gap="xs">
        <Text size="sm">{t('erase.lead')}</Text>
        <Text size="sm" fw={600}>
          {t('erase.goes')}
        </Text>
        <List size="sm" spacing={2}>
          <List.Item>{t('erase.goesQueued')}</List.Item>
          <List.Item>{t('erase.goesReports')}</List.Item>
          <List.Item>{t('erase.goesSuppressions')}</List.Item>
        </List>
        <Text size="sm" fw={600}>
          {t('erase.stays')}
        </Text>
        <List size="sm" spacing={2}>
          <List.Item>{t('erase.staysShop')}</List.Item>
          <List.Item>{t('erase.staysNumbers')}</List.Item>
          <List.Item>{t('erase.staysNever')}</List.Item>
        </List>
      </Stack>
    </ConfirmDialog>
  );
}
