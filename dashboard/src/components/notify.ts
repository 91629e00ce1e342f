import { notifications } from '@mantine/notifications';
import i18next from 'i18next';

/** Says in a corner that something is done. What failed is said where it was asked for instead, and stays there. */
export const done = (message: string): void =>
  void notifications.show({
    message,
    color: 'green',
    autoClose: 4000,
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
  });
