/*
 * What the audit log costs whoever changes something: the edit of a campaign with its entry against the same edit in a transaction without
 * one, and against the bare UPDATE; one admin after the other, and eight at once on campaigns of their own, whom the chain puts in a row.
 * And how fast a long chain is verified.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { Request } from 'express';
import { DataSource, type EntityManager } from 'typeorm';
import { AppModule } from '../src/app.module';
import { AuditService } from '../src/audit/audit.service';
import { type Changed, trailOf } from '../src/audit/trail';
import type { Principal } from '../src/auth/principal';
import { CampaignsService } from '../src/campaigns/campaigns.service';
import { type Config, loadConfig } from '../src/config/config';
import { openServer, prepareDatabase } from '../src/database/open-database';
import { inTransaction } from '../src/database/transaction';
import type { Once } from '../src/idempotency/once';
import { keep, median } from './measure';

const ROUNDS = 7;
const EDITS = Number(process.argv[2] ?? 400);
const AT_ONCE = 8;
const ENTRIES = 100_000;

const principal: Principal = { id: 'token:00000000', role: 'admin', via: 'token' };
const request = { principal, id: 'bench', ip: '127.0.0.1' } as unknown as Request;
const sides = ['bare', 'transaction', 'audited'] as const;
type Side = (typeof sides)[number];
type Effect<T> = (manager: EntityManager, changed: Changed) => Promise<T>;

/** How the edit of each side has its effect, as `Once` does without a key. */
const onces = (database: DataSource) => ({
  transaction: <T>(effect: Effect<T>) => inTransaction(database, (one) => effect(one, () => undefined)),
  audited: <T>(effect: Effect<T>) =>
    inTransaction(database, async (one) => {
      const trail = trailOf(request, 'campaign.updated');
      const made = await effect(one, trail.changed);
      await trail.append(one);
      return made;
    }),
});

async function makeCampaign(database: DataSource, name: string): Promise<string> {
  const [{ id }] = await database.query<{ id: string }[]>(
    `INSERT INTO campaigns (name, message, segment_ids) VALUES ($1, 'Hello', ARRAY[gen_random_uuid()]) RETURNING id`,
    [name],
  );
  return id;
}

/** A chain of so many entries, verified: entries a second. */
async function verified(database: DataSource, audit: AuditService): Promise<number> {
  const AT_A_TIME = 5000; // a statement of this pool has five seconds
  for (let made = 0; made < ENTRIES; made += AT_A_TIME)
    await database.query(
      `INSERT INTO audit_entries (actor, via, action, target_type, target_id, outcome, detail, request_id)
     SELECT 'token:00000000', 'token', 'campaign.updated', 'campaign', gen_random_uuid()::text, 'done', '{"fields": ["message"]}', gen_random_uuid()::text
     FROM generate_series(1, $1::int)`,
      [AT_A_TIME],
    );
  const began = performance.now();
  const { entries, intact } = await audit.verify();
  if (!intact) throw new Error('The chain is not intact: the figures mean nothing');
  return Math.round((entries / (performance.now() - began)) * 1000);
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'crm-bench-'));
  const settings: Config = {
    ...loadConfig({ DATA_DIR: directory }),
    COLUMN_INDEX: 'off',
    LOG_LEVEL: 'error',
    ROLES: ['api'],
  };
  const server = await openServer(settings);
  try {
    await prepareDatabase(server.url, settings);
    const config: Config = { ...settings, DATABASE_URL: server.url, ADMIN_TOKENS: ['a-token-for-the-benchmark'] };
    const app = await NestFactory.createApplicationContext(AppModule.with(config), { logger: ['error'] });
    const database = app.get(DataSource);
    const campaigns = app.get(CampaignsService);
    const ways = onces(database);
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => makeCampaign(database, `bench ${i}`)));
    const edit = (side: Side, id: string, message: string): Promise<unknown> =>
      side === 'bare'
        ? database.query('UPDATE campaigns SET message = $2, version = version + 1, updated_at = now() WHERE id = $1', [
            id,
            message,
          ])
        : campaigns.update(id, { message }, 'any', ways[side] as unknown as Once);

    /** Milliseconds an edit. */
    const take = async (side: Side, atOnce: number): Promise<number> => {
      const began = performance.now();
      const editing = ids.slice(0, atOnce).map(async (id) => {
        for (let i = 0; i < EDITS / atOnce; i++) await edit(side, id, `Hello ${i}`);
      });
      await Promise.all(editing);
      return (performance.now() - began) / EDITS;
    };

    const rounds: Record<string, number>[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const figures: Record<string, number> = {};
      for (const atOnce of [1, AT_ONCE])
        for (const side of sides) figures[`${side}_ms_${atOnce}_at_once`] = Number((await take(side, atOnce)).toFixed(3));
      if (round >= 0) rounds.push(figures); // the first warms up
      console.log(figures);
    }
    const ratio = (to: Side, atOnce: number) => {
      const ratios = rounds.map((one) => one[`audited_ms_${atOnce}_at_once`] / one[`${to}_ms_${atOnce}_at_once`]);
      return Number(median(ratios).toFixed(2));
    };
    const medians = {
      audited_to_transaction: { one: ratio('transaction', 1), eight_at_once: ratio('transaction', AT_ONCE) },
      audited_to_bare: { one: ratio('bare', 1), eight_at_once: ratio('bare', AT_ONCE) },
      verified_entries_per_second: await verified(database, app.get(AuditService)),
    };
    console.log('medians', medians);
    keep('audit', { edits: EDITS, medians, rounds });
    await app.close();
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
