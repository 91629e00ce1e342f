import { Drawer } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Anchor } from '@mantine/core';
import { answer, api, type Schema } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { EmptyState } from '../../components/empty-state';
import { KeysetTable } from '../../components/keyset-table';

type Dispatch = Schema<'DispatchView'>;
type Group = Schema<'AudienceMember'>['reason'];

/** The customers of one group of a frozen audience. */
export function AudienceDrawer(props: { dispatch: Dispatch; reason: Group | undefined; onClose: () => void }) {
  const { t } = useTranslation(['dispatches', 'common']);
  return (
    <Drawer
      opened={props.reason !== undefined}
      onClose={props.onClose}
      position="right"
      size="md"
      title={props.reason && t(`common:reason.${props.reason}`)}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      {props.reason && <Members dispatch={props.dispatch} reason={props.reason} />}
    </Drawer>
  );
}

function Members({ dispatch, reason }: { dispatch: Dispatch; reason: Group }) {
  const { t } = useTranslation(['dispatches', 'common']);
  const list = useKeyset(['dispatches', dispatch.id, 'audience', reason], (cursor, signal) =>
    answer(
      api.GET('/dispatches/{dispatch_id}/audience', {
        params: { path: { dispatch_id: dispatch.id }, query: { reason, cursor, limit: 100 } },
        signal,
      }),
    ),
  );
  return (
    <KeysetTable
      label={t(`common:reason.${reason}`)}
      list={list}
      rowKey={({ user_id }) => user_id}
      columns={[
        {
          key: 'customer',
          label: t('audience.customer'),
          render: ({ user_id }) => (
            <Anchor component={Link} to={`/customers/${user_id}`} ff="monospace" size="sm">
              {user_id}
            </Anchor>
          ),
        },
      ]}
      empty={<EmptyState icon={IconUsers} title={t('audience.gone')} text={t('audience.goneText')} />}
    />
  );
}
