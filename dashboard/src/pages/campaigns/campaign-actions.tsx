import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconFlask, IconPencil, IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../../api/client';
import { useOnce } from '../../api/idempotency-key';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { done } from '../../components/notify';
import { campaignQuery, type Loaded, updateCampaign } from './campaign-calls';
import { SendDialog } from './send/send-dialog';
import { TestSendDialog } from './send/test-send-dialog';

type Open = 'send' | 'test' | 'deactivate' | 'activate';

/** What can be done with a campaign. */
export function CampaignActions({ campaign, etag }: Loaded) {
  const { t } = useTranslation(['campaigns', 'common']);
  const cache = useQueryClient();
  const once = useOnce();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);

  /** What failed because somebody else was first is read again, so that it can be tried again. */
  const reading = async (change: Promise<unknown>): Promise<void> => {
    try {
      await change;
    } catch (error) {
      void cache.invalidateQueries({ queryKey: campaignQuery(campaign.id).queryKey });
      throw error;
    }
  };

  async function changed(text: string): Promise<void> {
    await cache.invalidateQueries({ queryKey: ['campaigns'] });
    done(text);
  }

  return (
    <>
      <Button
        leftSection={<IconSend size={18} aria-hidden />}
        onClick={() => setOpen('send')}
        disabled={!campaign.is_active}
        title={campaign.is_active ? undefined : t('detail.inactiveText')}
      >
        {t('send.open')}
      </Button>
      <Button variant="default" leftSection={<IconFlask size={18} aria-hidden />} onClick={() => setOpen('test')}>
        {t('test.open')}
      </Button>
      <Button
        variant="default"
        component={Link}
        to={`/campaigns/${campaign.id}/edit`}
        leftSection={<IconPencil size={18} aria-hidden />}
      >
        {t('common:action.edit')}
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('detail.more')}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {campaign.is_active ? (
            <Menu.Item
              color="red"
              leftSection={<IconPlayerPause size={16} aria-hidden />}
              onClick={() => setOpen('deactivate')}
            >
              {t('detail.deactivate')}
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => setOpen('activate')}>
              {t('detail.activate')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <SendDialog campaign={campaign} once={once} opened={open === 'send'} onClose={close} />
      <TestSendDialog campaignId={campaign.id} opened={open === 'test'} onClose={close} />
      <ConfirmDialog
        opened={open === 'deactivate'}
        onClose={close}
        title={t('detail.deactivateTitle', { name: campaign.name })}
        confirm={t('detail.deactivate')}
        color="red"
        onConfirm={async () => {
          await reading(
            api.DELETE('/campaigns/{campaign_id}', {
              params: { path: { campaign_id: campaign.id }, header: { 'If-Match': etag } },
            }),
          );
          await changed(t('detail.deactivated'));
        }}
      >
        {t('detail.deactivateText')}
      </ConfirmDialog>
      <ConfirmDialog
        opened={open === 'activate'}
        onClose={close}
        title={t('detail.activateTitle', { name: campaign.name })}
        confirm={t('detail.activate')}
        onConfirm={async () => {
          await reading(updateCampaign(campaign.id, { is_active: true }, etag));
          await changed(t('detail.activated'));
        }}
      >
        {t('detail.activateText')}
      </ConfirmDialog>
    </>
  );
}
