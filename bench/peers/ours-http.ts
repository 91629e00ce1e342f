import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { play } from './contestant';

interface Claimed {
  lease_token: string | null;
  notifications: { id: string }[];
}

/*
 * Claim and settle over HTTP, one kept-alive connection a worker, begun with a claim that gets nothing. The url is the service's and
 * carries its token as the user.
 */
play({
  workers: async (task, settled) => {
    const { workers, batch } = task.settings;
    const { username: token, origin } = new URL(task.url);
    const agent = new Agent({ keepAlive: true, maxSockets: workers });
    const post = async <T>(path: string, body: object): Promise<T> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const [status, answer] = await new Promise<[number | undefined, string]>((done, fail) => {
        const sent = request(`${origin}${path}`, { method: 'POST', headers, agent }, (response) => {
          text(response).then((all) => done([response.statusCode, all]), fail);
        });
        sent.once('error', fail);
        sent.end(JSON.stringify(body));
      });
      if (status !== 200 && status !== 201) throw new Error(`${path} answered ${status}: ${answer}`);
      return JSON.parse(answer) as T;
    };
    const claim = (limit: number, channel: string) => post<Claimed>('/notifications/claim', { limit, channel });
    const each = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: workers }, work));
    await each(() => claim(1, 'sms'));
    const loop = async () => {
      for (;;) {
        const claimed = await claim(batch, 'webpush');
        if (claimed.notifications.length === 0) return;
        const sent = claimed.notifications.map(({ id }) => ({ id }));
        await post('/notifications/settle', { lease_token: claimed.lease_token, sent });
        settled(sent.length);
      }
    };
    return { run: async () => void (await each(loop)), close: () => Promise.resolve(agent.destroy()) };
  },
});
