import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { fieldsOf } from '../audit/trail';
import { Accepted, type Page, Versioned } from '../common/answer';
import { Cursors } from '../common/cursors';
import { egressFault } from '../common/egress';
import type { ExpectedVersion } from '../common/if-match';
import type { ActiveListQuery } from '../common/list.dto';
import { badField, Problem } from '../common/problem';
import { type Queryable, row, rows } from '../common/sql';
import { byId, edit, lockVersion, newestFirst } from '../common/table';
import { CONFIG, type Config } from '../config/config';
import type { Once } from '../idempotency/once';
import { newSecret } from './signature';
import {
  type CreatedWebhookView,
  type CreateWebhook,
  type DeliveriesQuery,
  type DeliveryRow,
  type DeliveryView,
  type EventRow,
  type RotatedSecretView,
  toDeliveryView,
  toWebhookView,
  type UpdateWebhook,
  type WebhookView,
} from './webhook.dto';
import { Webhook } from './webhook.entity';
import { WebhookDeliverer } from './webhook-deliverer';
import {
  countDeliveries,
  deleteEventsOf,
  deleteWebhook,
  expireSecret,
  forgetReplaced,
  insertSecret,
  insertTest,
  lockWebhook,
  selectDeliveries,
  selectEventsOf,
} from './webhooks.sql';

/** A secret that was replaced signs so long beside the new one. */
const ROTATION_HOURS = 24;

@Injectable()
export class WebhooksService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectRepository(Webhook) private readonly webhooks: Repository<Webhook>,
    private readonly cursors: Cursors,
    private readonly deliverer: WebhookDeliverer,
  ) {}

  /** @throws Problem bad-request where the address must not be called */
  async create({ url, events, description }: CreateWebhook, once: Once): Promise<Versioned<CreatedWebhookView>> {
    await this.refuseEgress(url);
    return once(async (transaction, changed) => {
      const made = transaction.create(Webhook, { url, events, description: description ?? '' });
      const webhook = await transaction.save(made);
      const secret = newSecret();
      await rows(transaction, insertSecret(webhook.id, secret));
      const view = toWebhookView(webhook);
      changed(webhook.id, { after: view });
      return new Versioned({ ...view, secret }, webhook.version, `/webhooks/${webhook.id}`);
    });
  }

  list(query: ActiveListQuery): Promise<Page<WebhookView>> {
    return newestFirst(this.webhooks, this.cursors, query, toWebhookView);
  }

  /** @throws Problem webhook-not-found */
  async get(id: string): Promise<Versioned<WebhookView>> {
    return versioned(await this.find(id));
  }

  /** Switched on, it begins anew, whatever failed before. @throws Problem webhook-not-found, bad-request, precondition-failed */
  async update(id: string, changes: UpdateWebhook, expected: ExpectedVersion, once: Once): Promise<Versioned<WebhookView>> {
    if (changes.url !== undefined) await this.refuseEgress(changes.url);
    const forgiven = changes.is_active === undefined ? {} : { disabled_reason: null, failing_since: null };
    const updated = await once(async (transaction, changed) => {
      const edited = await edit(transaction.getRepository(Webhook), id, expected, { ...changes, ...forgiven });
      const { before, after } = edited ?? noSuchWebhook(id);
      const detail = { fields: fieldsOf(changes) };
      changed(id, { before: toWebhookView(before), after: toWebhookView(after), detail });
      return versioned(after);
    });
    if (changes.is_active) this.deliverer.wake();
    return updated;
  }

  /** For good, with its secrets; nothing more is sent there. @throws Problem webhook-not-found, precondition-failed */
  remove(id: string, expected: ExpectedVersion, once: Once): Promise<void> {
    return once(async (transaction, changed) => {
      const webhook = (await lockVersion(transaction.getRepository(Webhook), id, expected)) ?? noSuchWebhook(id);
      await rows(transaction, deleteWebhook(id));
      changed(id, { before: toWebhookView(webhook) });
    });
  }

  /** The secret that signs until now signs for a day more; one that it had replaced no longer does. @throws Problem webhook-not-found */
  rotateSecret(id: string, once: Once): Promise<RotatedSecretView> {
    return once(async (transaction, changed) => {
      await this.lock(id, transaction);
      await rows(transaction, forgetReplaced(id));
      const { expires_at } = await row<{ expires_at: Date }>(transaction, expireSecret(id, ROTATION_HOURS));
      const secret = newSecret();
      await rows(transaction, insertSecret(id, secret));
      const previous_secret_expires_at = expires_at.toISOString();
      changed(id, { detail: { previous_secret_expires_at } });
      return { secret, previous_secret_expires_at };
    });
  }

  /** Sends a webhook.test, in the way of every event. @throws Problem webhook-not-found, webhook-inactive */
  async test(id: string, once: Once): Promise<Accepted<DeliveryView>> {
    const accepted = await once(async (transaction, changed) => {
      const { is_active } = await this.lock(id, transaction);
      if (!is_active)
        throw new Problem('webhook-inactive', 'Switch it on with PATCH {"is_active": true} before you test it.');
      const delivery = toDeliveryView(await row<DeliveryRow>(transaction, insertTest(id)));
      changed(id, { detail: { delivery_id: delivery.id } });
      return new Accepted(delivery, `/webhooks/${id}/deliveries`);
    });
    this.deliverer.wake();
    return accepted;
  }

  /** Newest first. @throws Problem webhook-not-found, bad-cursor */
  async listDeliveries(id: string, { status, limit, cursor, total }: DeliveriesQuery): Promise<Page<DeliveryView>> {
    const scope = `webhooks/${id}/deliveries?status=${status ?? ''}`;
    const [before] = this.cursors.read(scope, cursor) ?? [];
    await this.find(id);
    const { manager } = this.webhooks;
    const [found, count] = await Promise.all([
      rows<DeliveryRow>(manager, selectDeliveries(id, status, limit + 1, before)),
      total ? row<{ total: string }>(manager, countDeliveries(id, status)) : undefined,
    ]);
    return this.cursors.page(found, limit, scope, (last) => [last.id], count && Number(count.total)).map(toDeliveryView);
  }

  /** What was told of a customer, or was to be, the oldest first. */
  ofCustomer(userId: string, database: Queryable): Promise<EventRow[]> {
    return rows<EventRow>(database, selectEventsOf(userId));
  }

  /** Removes that, sent or not. @returns how many events */
  async eraseCustomer(userId: string, transaction: EntityManager): Promise<number> {
    return (await rows(transaction, deleteEventsOf(userId))).length;
  }

  private async refuseEgress(url: string): Promise<void> {
    const fault = await egressFault(this.config, url);
    if (fault) throw badField('/url', fault);
  }

  private async lock(id: string, transaction: EntityManager): Promise<{ is_active: boolean }> {
    const [found] = await rows<{ is_active: boolean }>(transaction, lockWebhook(id));
    return found ?? noSuchWebhook(id);
  }

  private async find(id: string): Promise<Webhook> {
    return (await byId(this.webhooks, id)) ?? noSuchWebhook(id);
  }
}

const versioned = (webhook: Webhook) => new Versioned(toWebhookView(webhook), webhook.version);

function noSuchWebhook(id: string): never {
  throw new Problem('webhook-not-found', `There is no webhook ${id}.`);
}
