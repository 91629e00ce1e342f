import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Client } from 'pg';
import { Background } from '../common/background';
import type { Channel } from '../common/channels';
import { CONFIG, type Config } from '../config/config';

/** Retries that become due and leases that run out tell nobody: somebody looks this often. It is also what is left when no call is heard. */
const LOOK_MS = 1000;
const RECONNECT_MS = 5000;
const CONNECT_MS = 2000;

/**
 * Wakes those who wait for notifications, one at a time of those who take the channel: whoever finds something wakes the next. So that one new
 * lane does not send a hundred waiting workers to the database for what a few of them get. Heard are NOTIFYs of the database, by one connection a process beside the pool
 * (through a pooler in transaction mode nothing is heard, and the look once a second is what there is).
 */
@Injectable()
export class WakeUps implements OnModuleDestroy {
  private readonly logger = new Logger(WakeUps.name);
  /** In the order in which they came; the channel is undefined for whoever takes all. */
  private readonly waiting = new Map<() => void, Channel | undefined>();
  private listener: Client | undefined;
  private looking: NodeJS.Timeout | undefined;
  private reconnectAt = 0;
  private isDeaf = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly background: Background,
  ) {}

  /** How many wait in this process. */
  get waiters(): number {
    return this.waiting.size;
  }

  /** Until there may be something to claim of a channel, or of any; at most so long, less where the signal or the end of the process comes first. */
  wait(ms: number, signal: AbortSignal, channel?: Channel): Promise<void> {
    if (signal.aborted || this.background.stopping.aborted) return Promise.resolve();
    const heard = new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.waiting.delete(end);
        signal.removeEventListener('abort', end);
        this.background.stopping.removeEventListener('abort', end);
        if (this.waiting.size === 0) this.stopLooking();
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      this.background.stopping.addEventListener('abort', end);
      this.waiting.set(end, channel);
    });
    this.look();
    return heard;
  }

  /**
   * Wakes the one who has waited longest of those who take the channel; without one, the first of each kind. Called by the database, and by
   * whoever found something: there may be more.
   */
  next(channel?: string): void {
    const kinds = new Set<Channel | undefined>();
    for (const [wake, wanted] of [...this.waiting]) {
      if (kinds.has(wanted) || (channel && wanted && wanted !== channel)) continue;
      wake();
      if (channel) return;
      kinds.add(wanted);
    }
  }

  private look(): void {
    this.looking ??= setInterval(() => {
      this.next();
      if (!this.listener && Date.now() >= this.reconnectAt) this.listen();
    }, LOOK_MS);
    if (!this.listener && Date.now() >= this.reconnectAt) this.listen();
  }

  private stopLooking(): void {
    clearInterval(this.looking);
    this.looking = undefined;
  }

  private listen(): void {
    const listener = new Client({
      connectionString: this.config.DATABASE_URL,
      application_name: 'crm-service',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    this.listener = listener;
    this.reconnectAt = Date.now() + RECONNECT_MS;
    const lose = (why: unknown) => {
      if (this.listener !== listener) return;
      this.listener = undefined;
      if (!this.isDeaf && !this.background.stopping.aborted)
        this.logger.warn(`Waiting workers are woken once a second only, until it can be listened again: ${String(why)}`);
      this.isDeaf = true;
      void listener.end().catch(() => undefined);
    };
    listener.on('error', lose);
    listener.on('end', () => lose('the connection ended'));
    listener.on('notification', ({ payload }) => this.next(payload));
    listener
      .connect()
      .then(() =>
        listener.query('LISTEN ' + listener.escapeIdentifier(`${this.config.DATABASE_SCHEMA.slice(0, 48)}_notifications`)),
      )
      .then(() => {
        if (this.isDeaf) this.logger.log('Waiting workers are woken at once again');
        this.isDeaf = false;
        this.next(); // what came while nobody listened
      }, lose);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopLooking();
    const listener = this.listener;
    this.listener = undefined;
    await listener?.end().catch(() => undefined);
  }
}
