import type { HttpService } from '@nestjs/axios';
import type { Channel } from '../../common/channels';
import type { Config } from '../../config/config';
import type { ClaimedNotification } from '../../notifications/delivery.dto';
import type { UnsubscribeLinks } from '../unsubscribe/unsubscribe-links';

/** What became of one notification. No outcome has a message or an address in it. */
export type Outcome =
  /** The far side has taken it. `info` is kept in the notification's `meta`. */
  | { readonly kind: 'sent'; readonly info?: Record<string, unknown> }
  /** The far side has refused this one. With `retry` it may be taken later. */
  | { readonly kind: 'failed'; readonly error: string; readonly retry: boolean; readonly retryAfterSeconds?: number }
  /**
   * The far side takes nothing at the moment: that says little of this one. `reached`: it may have got there all the same; without it
   * nothing was sent.
   */
  | { readonly kind: 'unavailable'; readonly error: string; readonly reached: boolean; readonly retryAfterSeconds?: number }
  /** Not tried. */
  | { readonly kind: 'untouched' };

/** Delivers notifications, by one way. */
export interface Transport {
  /** Most notifications of one call. */
  readonly batch: number;

  /**
   * Gives what became of each, in their order; it does not throw because of the far side. What may arrive twice carries the notification's
   * id, so that the far side can tell.
   * @param signal given up; what is on its way is then `unavailable`
   */
  deliver(notifications: readonly ClaimedNotification[], signal: AbortSignal): Promise<Outcome[]>;

  /** Lets go of connections. Nothing is delivered any more. */
  close?(): void;
}

/** What a transport may use: the settings that it needs are there. */
export interface Surroundings<Needed extends keyof Config = never> {
  readonly config: Config & { readonly [Name in Needed]: NonNullable<Config[Name]> };
  readonly http: HttpService;
  readonly unsubscribeLinks: UnsubscribeLinks;
}

/** A way to deliver, as DELIVER names it. */
export interface TransportKind<Needed extends keyof Config = never> {
  readonly name: string;
  /** What it can serve. */
  readonly channels: readonly Channel[];
  /** The settings it cannot do without. */
  readonly needs: readonly (keyof Config)[];
  /** @param connections how many calls are under way at the same time, at most */
  open(surroundings: Surroundings<Needed>, connections: number): Transport;
}

/** One of the list, out of one that says what it needs: whoever opens it has looked at `needs` before. */
export const transportKind = <Needed extends keyof Config>(
  kind: TransportKind<Needed> & { readonly needs: readonly Needed[] },
): TransportKind => ({
  ...kind,
  open: (surroundings, connections) => kind.open(surroundings as Surroundings<Needed>, connections),
});
