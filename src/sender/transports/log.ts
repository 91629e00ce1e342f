import { Logger } from '@nestjs/common';
import { channels } from '../../common/channels';
import type { TransportKind } from './transport';

/** Sends nothing: a line in the log for each, with ids and no message, no address. For trying things out. */
export const log: TransportKind = {
  name: 'log',
  channels,
  needs: [],
  open() {
    const logger = new Logger('LogTransport');
    return {
      batch: 1,
      deliver(notifications) {
        for (const { id, user_id, campaign_id, channel, attempt } of notifications)
          logger.log({ notification_id: id, user_id, campaign_id, channel, attempt }, 'Would be sent');
        return Promise.resolve(notifications.map(() => ({ kind: 'sent' })));
      },
    };
  },
};
