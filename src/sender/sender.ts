import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { HttpService } from '@nestjs/axios';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Background } from '../common/background';
import { Measures } from '../common/measures';
import { CONFIG, type Config } from '../config/config';
import { DeliveryService } from '../notifications/delivery.service';
import { WakeUps } from '../notifications/wake-ups';
import { Breaker } from './breaker';
import { ChannelSender } from './channel-sender';
import { Pace } from './pace';
import type { ChannelSettings } from './settings';
import type { Transport } from './transports/transport';
import { UnsubscribeLinks } from './unsubscribe/unsubscribe-links';
import { WorkAhead } from './work-ahead';

/** Injection token of what this process delivers, and how; nothing without the role `sender`. */
export const CHANNELS = Symbol('CHANNELS');

/** After a failure of ours, such as a database that is away. */
const AGAIN_MS = 1000;
/** Of the time that a process has to stop: then what is on its way is cut off, so that what became of it can still be recorded. */
const SHARE_TO_FINISH = 0.6;

/** The sender in the box (docs/sender.md): one loop for each channel of DELIVER. */
@Injectable()
export class Sender implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Sender.name);
  private readonly transports = new Map<string, { transport: Transport; breaker: Breaker }>();
  private readonly cut = new AbortController();
  private cutting: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CHANNELS) private readonly channels: readonly ChannelSettings[],
    private readonly background: Background,
    private readonly delivery: DeliveryService,
    private readonly wakeUps: WakeUps,
    private readonly http: HttpService,
    private readonly unsubscribeLinks: UnsubscribeLinks,
    private readonly measures: Measures,
  ) {}

  onApplicationBootstrap(): void {
    const { channels, config, delivery, http, unsubscribeLinks, measures } = this;
    if (channels.length === 0) return;
    for (const { kind } of channels) {
      if (this.transports.has(kind.name)) continue;
      const connections = channels.filter((one) => one.kind === kind).reduce((sum, { concurrency }) => sum + concurrency, 0);
      const transport = kind.open({ config, http, unsubscribeLinks }, connections);
      this.transports.set(kind.name, { transport, breaker: new Breaker(kind.name) });
    }
    setMaxListeners(0, this.cut.signal); // one for every call that is under way
    const worker = `sender@${hostname()}`.slice(0, 100);
    const shared = { delivery, worker, work: new WorkAhead(this.wakeUps), cut: this.cut.signal, measures };
    measures.transportsResting.from(() => [...this.transports.values()].filter(({ breaker }) => breaker.isOpen).length);
    for (const one of channels) {
      const { transport, breaker } = this.transports.get(one.kind.name)!;
      const pace = one.rate === undefined ? undefined : new Pace(one.rate, transport.batch);
      const sender = new ChannelSender(one, transport, breaker, pace, shared);
      this.background.repeat(`sender of ${one.channel}`, AGAIN_MS, (stopping) => sender.work(stopping));
    }
    const limit = config.SHUTDOWN_SECONDS * 1000 * SHARE_TO_FINISH;
    this.background.stopping.addEventListener('abort', () => {
      this.cutting = setTimeout(() => this.cut.abort(), limit);
    });
    this.logger.log(`Delivers ${channels.map(({ channel, kind }) => `${channel} by ${kind.name}`).join(', ')}`);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.cutting);
    for (const { transport } of this.transports.values()) transport.close?.();
  }
}
