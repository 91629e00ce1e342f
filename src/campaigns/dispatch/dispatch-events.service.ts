import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Background } from '../../common/background';
import { comment, EventStream, serverSentEvent } from '../../common/event-stream';
import { Problem } from '../../common/problem';
import { DispatchWatch } from './dispatch-watch';
import { DispatchesService } from './dispatches.service';

/** Each dispatch that is watched is looked at this often, however many watch it. */
const LOOK_EVERY_MS = 500;
const KEEP_ALIVE_MS = 15_000;
/** How long a client waits before it comes back. */
const RETRY_MS = 2000;
/** Each keeps a connection open. */
const MAX_LISTENERS = 100;

/**
 * Tells whoever listens how a dispatch goes on. Each event is the whole state, so that whoever is slow, or comes back, misses nothing by
 * getting the last one only.
 */
@Injectable()
export class DispatchEventsService {
  private readonly logger = new Logger(DispatchEventsService.name);
  private readonly watches = new Map<string, { watch: DispatchWatch; first: Promise<void> }>();
  private listeners = 0;

  constructor(
    private readonly dispatches: DispatchesService,
    private readonly background: Background,
  ) {
    background.stopping.addEventListener('abort', () => this.watches.forEach(({ watch }) => watch.tell()));
  }

  /**
   * The events of a dispatch, from what it is now to its end. Until `gone` is aborted the listener counts, listening or not.
   * @throws Problem dispatch-not-found, too-many-listeners, shutting-down
   */
  async listen(id: string, gone: AbortSignal): Promise<EventStream> {
    gone.throwIfAborted(); // nobody would be told that it left
    if (this.background.stopping.aborted) throw new Problem('shutting-down', 'Send the request to another replica.');
    if (this.listeners >= MAX_LISTENERS)
      throw new Problem(
        'too-many-listeners',
        `${MAX_LISTENERS} are listening to this replica already. Try again, or ask GET /dispatches/{id} now and then.`,
      );
    const { watch, first } = this.watches.get(id) ?? this.begin(id);
    this.enter(id, watch, gone);
    await first;
    return new EventStream(this.events(watch, gone), { stopping: this.background.stopping });
  }

  private enter(id: string, watch: DispatchWatch, gone: AbortSignal): void {
    this.listeners++;
    watch.watchers++;
    const leave = () => {
      this.listeners--;
      watch.watchers--;
      watch.tell(); // whoever is gone waits no longer
      if (watch.watchers === 0) this.forget(id, watch);
    };
    gone.addEventListener('abort', leave, { once: true });
  }

  private begin(id: string): { watch: DispatchWatch; first: Promise<void> } {
    const watch = new DispatchWatch();
    const first = this.look(id, watch);
    first.then(
      () => void this.keepLooking(id, watch),
      () => this.forget(id, watch), // whoever listens is told, and the next one looks anew
    );
    const begun = { watch, first };
    this.watches.set(id, begun);
    return begun;
  }

  /** The next one to listen begins another watch; this one may not be the last begun. */
  private forget(id: string, watch: DispatchWatch): void {
    if (this.watches.get(id)?.watch === watch) this.watches.delete(id);
  }

  private async look(id: string, watch: DispatchWatch): Promise<void> {
    watch.see(await this.dispatches.get(id));
  }

  /** Until it is over, or nobody watches any more. An outage is told and waited for. */
  private async keepLooking(id: string, watch: DispatchWatch): Promise<void> {
    while (!watch.isOver && watch.watchers > 0) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.background.stopping }).catch(() => undefined);
      if (watch.watchers === 0 || this.background.stopping.aborted) return;
      try {
        await this.look(id, watch);
      } catch (error) {
        if (watch.miss()) this.logger.warn(`Dispatch ${id} cannot be looked at: ${String(error)}`);
      }
    }
  }

  private async *events(watch: DispatchWatch, gone: AbortSignal): AsyncGenerator<string> {
    let changes = 0;
    let outages = watch.outages;
    yield `retry: ${RETRY_MS}\n\n`;
    // the watch goes on while a text is being sent: what is next is decided from what it is by then
    while (!gone.aborted && !this.background.stopping.aborted) {
      if (changes !== watch.changes) {
        changes = watch.changes;
        yield serverSentEvent('progress', watch.seen, changes);
      } else if (watch.isOver) {
        yield serverSentEvent('end', JSON.stringify({ status: watch.status }));
        return;
      } else if (outages !== watch.outages) {
        outages = watch.outages;
        yield comment('the database cannot be reached; it is asked again');
      } else if (!(await watch.news(KEEP_ALIVE_MS))) yield comment('keep-alive');
    }
  }
}
