import { Injectable } from '@nestjs/common';
import type { Once } from '../../idempotency/once';
import { InferenceService } from './inference.service';
import type { InferredPreferencesView } from './preferences.dto';
import { StoredPreferencesService } from './stored-preferences.service';

@Injectable()
export class PreferencesService {
  constructor(
    private readonly inference: InferenceService,
    private readonly stored: StoredPreferencesService,
  ) {}

  /** @throws Problem customer-not-found, conflict, nothing-to-infer-from, draft-not-usable, model-… */
  async infer(userId: string, once: Once, signal: AbortSignal): Promise<InferredPreferencesView> {
    const inference = await this.inference.infer(userId, signal);
    return once.review(
      async (transaction, changed) => {
        await this.stored.store(userId, inference, transaction);
        changed(userId, { detail: { preferences: inference.evidence.length } });
        return userId;
      },
      (id) => this.stored.get(id),
    );
  }

  /** @throws Problem inferred-preferences-not-found */
  get(userId: string): Promise<InferredPreferencesView> {
    return this.stored.get(userId);
  }

  /** @throws Problem inferred-preferences-not-found */
  remove(userId: string, once: Once): Promise<void> {
    return once((transaction, changed) => this.stored.remove(userId, transaction, changed));
  }
}
