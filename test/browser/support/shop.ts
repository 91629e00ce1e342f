/** Notifications that a worker has in its hands. */
export interface Claim {
  lease_token: string;
  notifications: { id: string }[];
}

/** Asks the service as an admin, or as a worker: what a test or a picture of the dashboard needs is made the way a client makes it. */
export class Shop {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async ask<T = Record<string, unknown>>(method: string, path: string, body?: object, headers: object = {}): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body && { 'Content-Type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  segment = (name: string, filters: object, description = '') =>
    this.ask<{ id: string }>('POST', '/segments', { name, description, filters });

  campaign = (name: string, segments: { id: string }[], rest: object = {}) =>
    this.ask<{ id: string }>('POST', '/campaigns', { name, segment_ids: segments.map(({ id }) => id), ...rest });

  dispatch = (campaign: { id: string }, query = '') =>
    this.ask<{ id: string; targeted: number }>('POST', `/campaigns/${campaign.id}/dispatch${query}`);

  /** Takes up to `limit` notifications as a worker does, for a minute. */
  claim = (limit: number) => this.ask<Claim>('POST', '/notifications/claim', { limit, lease_seconds: 60 });

  /** Settles all that was claimed, as sent or, those that `errorOf` has an error for, as failed for good. */
  settle = (
    { lease_token, notifications }: Claim,
    errorOf: (notification: number) => string | undefined = () => undefined,
  ) =>
    this.ask('POST', '/notifications/settle', {
      lease_token,
      sent: notifications.filter((_, i) => errorOf(i) === undefined).map(({ id }) => ({ id })),
      failed: notifications.flatMap(({ id }, i) => {
        const error = errorOf(i);
        return error === undefined ? [] : [{ id, error, retry: false }];
      }),
    });

  /** Delivers up to `limit` as a worker would; every n-th of them fails with one of the errors. */
  async deliver(limit: number, failEvery = 0, errors = ['550 5.1.1 No such mailbox']): Promise<void> {
    const claim = await this.claim(limit);
    if (!claim.lease_token) return;
    const fails = (i: number) => failEvery > 0 && i % failEvery === 0;
    await this.settle(claim, (i) => (fails(i) ? errors[(i / failEvery) % errors.length] : undefined));
  }
}
