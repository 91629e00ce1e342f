import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Channel, channels } from '../../common/channels';
import { row, sql } from '../../common/sql';

/** Who wants no more of what. */
export interface Unsubscription {
  readonly userId: string;
  readonly channel: Channel;
}

/**
 * Tokens that name a customer and a channel, and by which whoever has one unsubscribes that customer from that channel. Signed with a key
 * of this installation, so that every replica reads what another wrote. They never expire: mails are kept for years.
 */
@Injectable()
export class UnsubscribeLinks implements OnModuleInit {
  private secret: Buffer;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async onModuleInit(): Promise<void> {
    const statement = sql`SELECT value FROM secrets WHERE name = 'unsubscribe'`;
    this.secret = (await row<{ value: Buffer }>(this.database, statement)).value;
  }

  tokenFor(userId: string, channel: Channel): string {
    return signedToken(this.secret, { userId, channel });
  }

  /** What a token names; undefined where it is not one of ours. */
  read(token: string): Unsubscription | undefined {
    return readToken(this.secret, token);
  }
}

const SIGNATURE_BYTES = 16;
const UUID_BYTES = 16;

export function signedToken(secret: Buffer, { userId, channel }: Unsubscription): string {
  const named = Buffer.concat([Buffer.from(userId.replaceAll('-', ''), 'hex'), Buffer.from(channel)]);
  return Buffer.concat([sign(secret, named), named]).toString('base64url');
}

export function readToken(secret: Buffer, token: string): Unsubscription | undefined {
  const bytes = Buffer.from(token, 'base64url'); // skips whatever is not base64url
  if (bytes.length <= SIGNATURE_BYTES + UUID_BYTES || bytes.toString('base64url') !== token) return undefined;
  const [signature, named] = [bytes.subarray(0, SIGNATURE_BYTES), bytes.subarray(SIGNATURE_BYTES)];
  if (!timingSafeEqual(signature, sign(secret, named))) return undefined;
  const userId = named
    .subarray(0, UUID_BYTES)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const name = named.subarray(UUID_BYTES).toString();
  const channel = channels.find((one) => one === name);
  return channel && { userId, channel };
}

const sign = (secret: Buffer, named: Buffer): Buffer =>
  createHmac('sha256', secret).update('unsubscribe\0').update(named).digest().subarray(0, SIGNATURE_BYTES);
