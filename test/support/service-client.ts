const ADMIN = 'an-admin-token-for-tests';
const WORKER = 'a-worker-token-for-tests';
/** Lets the two in. */
export const TOKENS = { ADMIN_TOKENS: ADMIN, WORKER_TOKENS: WORKER };

interface Lease {
  lease_token: string | null;
  notifications: { id: string; user_id: string; campaign_id: string }[];
}

/** Verbs to a process of the service, of whichever version. What is not a success fails the test. */
export function clientOf(base: string) {
  async function call<T>(method: string, path: string, body?: object, token = ADMIN): Promise<T> {
    const answer = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(['PUT', 'PATCH'].includes(method) && { 'if-match': '*' }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
  return {
    call,
    get: <T>(path: string) => call<T>('GET', path),
    post: <T = { id: string }>(path: string, body: object = {}) => call<T>('POST', path, body),
    claim: (limit = 1000) => call<Lease>('POST', '/notifications/claim', { limit }, WORKER),
    settle: ({ lease_token, notifications }: Lease) => {
      const sent = notifications.map(({ id }) => ({ id }));
      return call<{ sent: number }>('POST', '/notifications/settle', { lease_token, sent }, WORKER);
    },
  };
}

export type ServiceClient = ReturnType<typeof clientOf>;
