import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Page } from './answer';
import { Problem } from './problem';
import { row, sql } from './sql';

/**
 * Cursors for keyset paging: the key of the last row, signed. `scope` is the list and its filters: a cursor of another list, or of the
 * same list filtered otherwise, is refused, as is one that was made up. The signing key is the installation's, so that every replica
 * reads what another wrote.
 */
@Injectable()
export class Cursors implements OnModuleInit {
  private secret: Buffer;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async onModuleInit(): Promise<void> {
    const { value } = await row<{ value: Buffer }>(this.database, sql`SELECT value FROM secrets WHERE name = 'cursor'`);
    this.secret = value;
  }

  write(scope: string, key: readonly string[]): string {
    const payload = JSON.stringify(key);
    return Buffer.concat([this.sign(scope, payload), Buffer.from(payload)]).toString('base64url');
  }

  /**
   * The key of the row after which the page starts; undefined without a cursor.
   * @throws Problem bad-cursor
   */
  read(scope: string, cursor: string | undefined): string[] | undefined {
    if (cursor === undefined) return undefined;
    const bytes = Buffer.from(cursor, 'base64url'); // skips whatever is not base64url
    const payload = bytes.subarray(SIGNATURE_BYTES).toString();
    const whole = bytes.length > SIGNATURE_BYTES && bytes.toString('base64url') === cursor;
    if (!whole || !timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.sign(scope, payload)))
      throw new Problem('bad-cursor', 'Take the cursor from the Link header of this very list, with the same filters.', [
        { pointer: '/cursor', detail: 'is not a cursor of this list' },
      ]);
    return JSON.parse(payload) as string[];
  }

  /**
   * A page out of up to `limit + 1` items: the one too many says that there is a next page, whose cursor is the key of the last item
   * that stays.
   */
  page<T>(found: T[], limit: number, scope: string, key: (item: T) => string[], total?: number): Page<T> {
    const items = found.slice(0, limit);
    return new Page(items, found.length > limit ? this.write(scope, key(items[limit - 1])) : undefined, total);
  }

  private sign(scope: string, payload: string): Buffer {
    return createHmac('sha256', this.secret).update(`${scope}\0${payload}`).digest().subarray(0, SIGNATURE_BYTES);
  }
}

const SIGNATURE_BYTES = 16;
