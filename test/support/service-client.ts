import { createClient, type Schema } from '@crm-service/client';

const ADMIN = 'an-admin-token-for-tests';
const WORKER = 'a-worker-token-for-tests';
/** Lets the two in. */
export const TOKENS = { ADMIN_TOKENS: ADMIN, WORKER_TOKENS: WORKER };

/** An admin and a worker of a process of the service, of whichever version. What is not a success fails the test: nothing is repeated. */
export function clientOf(baseUrl: string) {
  const worker = createClient({ baseUrl, token: WORKER, attempts: 1 });
  return {
    ...createClient({ baseUrl, token: ADMIN, attempts: 1 }),
    claim: (limit = 1000) => worker.post('/notifications/claim', { body: { limit } }),
    settle: ({ lease_token, notifications }: Schema<'ClaimView'>) =>
      worker.post('/notifications/settle', {
        body: { lease_token: lease_token!, sent: notifications.map(({ id }) => ({ id })) },
      }),
  };
}

export type ServiceClient = ReturnType<typeof clientOf>;
