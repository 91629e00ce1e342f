import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, type Schema } from '../../../api/client';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { done } from '../../../components/notify';
import { segmentQuery } from '../segment-queries';

/** What can be done with a segment. */
export function SegmentActions({ segment, etag }: { segment: Schema<'SegmentView'>; etag: string }) {
  const { t } = useTranslation('segments');
  const queries = useQueryClient();
  const [isAsking, { open, close }] = useDisclosure(false);
  async function change(is_active: boolean): Promise<void> {
    try {
      const { body, headers } = await answer(
        api.PATCH('/segments/{segment_id}', {
          params: { path: { segment_id: segment.id }, header: { 'If-Match': etag } },
          body: { is_active },
        }),
      );
      queries.setQueryData(segmentQuery(segment.id).queryKey, { segment: body, etag: headers.get('ETag') ?? '*' });
      void queries.invalidateQueries({ queryKey: ['segments', 'list'] });
      void queries.invalidateQueries({ queryKey: ['segments', 'names'] });
      done(t(body.is_active ? 'page.activated' : 'page.deactivated', { name: body.name }));
    } catch (error) {
      // somebody else changed it: what is asked next is of what it is now
      void queries.invalidateQueries({ queryKey: segmentQuery(segment.id).queryKey });
      throw error;
    }
  }
  return (
    <>
      <Button
        component={Link}
        to={`/segments/${segment.id}/edit`}
        variant="default"
        leftSection={<IconPencil size={16} aria-hidden />}
      >
        {t('page.edit')}
      </Button>
      {segment.is_active && (
        <Button
          component={Link}
          to={`/campaigns/new?segment=${segment.id}`}
          leftSection={<IconSend size={16} aria-hidden />}
        >
          {t('page.makeCampaign')}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('page.more')}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={
              segment.is_active ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />
            }
            onClick={open}
          >
            {t(segment.is_active ? 'page.deactivate' : 'page.activate')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={isAsking}
        onClose={close}
        title={t(segment.is_active ? 'page.deactivateTitle' : 'page.activateTitle', { name: segment.name })}
        confirm={t(segment.is_active ? 'page.deactivate' : 'page.activate')}
        color={segment.is_active ? 'red' : undefined}
        onConfirm={() => change(!segment.is_active)}
      >
        {t(segment.is_active ? 'page.deactivateText' : 'page.activateText')}
      </ConfirmDialog>
    </>
  );
}
