import { Client } from 'pg';
import { play } from './contestant';

/** What is the same for many comes once. */
const CLAIM =
  'SELECT lease_token, title, message, json_agg(id) AS ids FROM crm.claim($1, 60, $2) GROUP BY lease_token, title, message';

interface Claimed {
  lease_token: string;
  title: string;
  message: string;
  ids: string[];
}

/*
 * Claim and settle in SQL, as docs/workers.md tells a worker that speaks only SQL. `workers` connections, `batch` notifications a claim.
 * Each connection has asked once for a channel in which there is nothing, as pg-boss has for a queue.
 */
play({
  workers: async (task, settled) => {
    const { workers, batch } = task.settings;
    const clients = Array.from({ length: workers }, () => new Client({ connectionString: task.url }));
    const claim = (client: Client, limit: number, channel: string) =>
      client.query<Claimed>({ name: 'claim', text: CLAIM, values: [limit, channel] });
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map((client) => claim(client, 1, 'sms')));
    const loop = async (client: Client) => {
      for (;;) {
        const { rows } = await claim(client, batch, 'webpush');
        if (rows.length === 0) return;
        const notifications = rows.flatMap(({ ids, title, message }) =>
          ids.map((id) => ({ id, user_id: id.slice(id.indexOf(':') + 1), title, message })),
        );
        const answer = await client.query<{ sent_count: number }>({
          name: 'settle',
          text: 'SELECT sent_count FROM crm.settle($1, $2)',
          values: [rows[0].lease_token, `{${notifications.map(({ id }) => id).join()}}`], // nothing in an id needs to be quoted
        });
        settled(answer.rows[0].sent_count);
      }
    };
    return {
      run: async () => void (await Promise.all(clients.map(loop))),
      close: async () => void (await Promise.all(clients.map((client) => client.end()))),
    };
  },
});
