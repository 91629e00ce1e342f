import type { Client } from 'pg';
import { median } from '../measure';
import { oursBySql } from './contestants';
import { makeSchema, writeNotifications } from './our-notifications';
import { race } from './playing';
import type { Arena, PostgresGround } from './postgres-ground';

const BATCH = 100;
const CLAIMS = 50;

/** A database in which that many were claimed and settled before, with their leases and receipts, and enough lie queued to claim from. */
async function withHistory(ground: PostgresGround, sent: number, rounds: number): Promise<Arena> {
  const name = `behind_${sent}`;
  await ground.template(name, async (url) => {
    await makeSchema(url);
    await writeNotifications(url, sent);
    await race(
      oursBySql(BATCH).player,
      { url, jobs: sent, settings: { processes: 1, workers: 4, batch: 500 } },
      () => Promise.resolve(0), // prettier-ignore
    );
    await writeNotifications(url, (rounds + 1) * CLAIMS * BATCH);
  });
  return ground.arena(name);
}

async function claims(client: Client): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CLAIMS; i++) {
    const began = performance.now();
    const { rows } = await client.query<{ lease_token: string; id: string }>({
      name: 'claim',
      text: "SELECT lease_token, id, user_id, title, message FROM crm.claim($1, 60, 'webpush')",
      values: [BATCH],
    });
    times.push(performance.now() - began);
    if (rows.length !== BATCH) throw new Error(`A claim got ${rows.length} of ${BATCH}`);
    await client.query('SELECT crm.settle($1, $2)', [rows[0].lease_token, rows.map(({ id }) => id)]);
  }
  return median(times);
}

/** How long a claim takes with many sent behind it beside few, in turn, in the median of 50 claims a round; milliseconds. */
export async function claimBehind(ground: PostgresGround, many: number, few: number, rounds: number) {
  const arenas = [await withHistory(ground, many, rounds), await withHistory(ground, few, rounds)];
  const figures: { many_ms: number; few_ms: number; many_to_few: number }[] = [];
  for (const { client } of arenas) await claims(client);
  for (let round = 0; round < rounds; round++) {
    const [many_ms, few_ms] = [await claims(arenas[0].client), await claims(arenas[1].client)];
    figures.push({
      many_ms: Number(many_ms.toFixed(3)),
      few_ms: Number(few_ms.toFixed(3)),
      many_to_few: Number((many_ms / few_ms).toFixed(3)),
    });
  }
  for (const arena of arenas) await arena.drop();
  return figures;
}
