import { notifications } from '@mantine/notifications';

/** Says in a corner that something is done. What failed is said where it was asked for instead, and stays there. */
export const done = (message: string): void => void notifications.show({ message, color: 'green', autoClose: 4000 });
