import { type ExecutionContext, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Request } from 'express';
import { DataSource } from 'typeorm';
import { nameOf, type Principal } from '../auth/principal';
import { RefusalLog } from '../auth/refusal-log';
import { Background } from '../common/background';
import { rows } from '../common/sql';
import { insertEntry } from './audit.sql';
import { auditedAction, targetOf } from './audited';
import { addressOf } from './trail';

const WINDOW_MS = 60_000;
/** Entries stay for ever, and whoever is refused may try as often as he likes: of each only so many a minute are kept, */
const KEPT_OF_EACH = 10;
/** and of all together, in each process. */
const KEPT_OF_ALL = 100;

/** Keeps in the audit log what callers were refused who are known: a worker, or somebody without the role admin. */
@Injectable()
export class Refusals extends RefusalLog implements OnApplicationBootstrap {
  private readonly logger = new Logger(Refusals.name);
  private kept = 0;
  private readonly keptOf = new Map<string, number>();
  private leftOut = 0;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly background: Background,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.background.repeat('counting refusals', WINDOW_MS, () => Promise.resolve(this.beginAnew()));
  }

  async refused(who: Pick<Principal, 'id' | 'via'>, context: ExecutionContext): Promise<void> {
    const actor = nameOf(who);
    if (!this.mayKeep(actor)) return;
    const request = context.switchToHttp().getRequest<Request>();
    const { path } = request.route as { path: string };
    const address = `${request.method} ${path.replace(/:(\w+)/g, '{$1}')}`;
    const audited = auditedAction(context.getHandler());
    const target_type = audited && targetOf(audited);
    const entry = {
      ...{ actor, via: who.via, request_id: request.id, ip: addressOf(request) },
      ...{ action: audited ?? address, outcome: 'refused' as const, detail: { route: address } },
      ...{ target_type, target_id: idIn(request.params[`${target_type}_id`]) },
    };
    await rows(this.database, insertEntry(entry)).catch((error: unknown) =>
      this.logger.error({ request_id: request.id, err: error }, 'A refusal could not be kept'),
    );
  }

  private mayKeep(actor: string): boolean {
    const ofIts = this.keptOf.get(actor) ?? 0;
    if (ofIts >= KEPT_OF_EACH || this.kept >= KEPT_OF_ALL) {
      this.leftOut += 1;
      return false;
    }
    this.keptOf.set(actor, ofIts + 1);
    this.kept += 1;
    return true;
  }

  private beginAnew(): void {
    if (this.leftOut > 0) this.logger.warn(`${this.leftOut} refusals of the last minute are not in the audit log`);
    this.kept = this.leftOut = 0;
    this.keptOf.clear();
  }
}

/** What stands in the address, where it can be an id: a caller may write there what he likes. */
const idIn = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w:-]{1,100}$/.test(value) ? value.toLowerCase() : undefined;
